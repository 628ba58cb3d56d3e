package dev.infraevents.websocket.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Bytes;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.websocket.garm.Answers.Answer;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class GarmApiTest {

  private static final Token TOKEN = Token.of("s3cret.jwt.token");

  private Answers server;
  private HttpClients clients;
  private GarmApi api;

  @BeforeEach
  void start() throws IOException {
    server = new Answers();
    clients = new HttpClients("test", ConnectionOptions.DEFAULT, null);
    api = new GarmApi(BaseUrl.parse(server.url()), clients);
  }

  @AfterEach
  void stop() {
    clients.close();
    server.close();
  }

  private static List<String> texts(List<Bytes> elements) {
    return elements.stream().map(Bytes::utf8).toList();
  }

  private static <E extends SourceException> E failure(Class<E> type, Runnable call) {
    return catchThrowableOfType(type, call::run);
  }

  @Test
  void eachElementIsExactlyAsItWasWritten() {
    server.get("pools", "[ {\"id\": \"a\" , \"x\":[{}, \"]\"]},{\"id\":\"\\u003c\u00e9\u20ac\"} ]");
    assertThat(texts(api.list("pools", TOKEN)))
        .containsExactly("{\"id\": \"a\" , \"x\":[{}, \"]\"]}", "{\"id\":\"\\u003c\u00e9\u20ac\"}");
    assertThat(server.asked().get(0).authorization()).isEqualTo("Bearer " + TOKEN.value());
  }

  @Test
  @Timeout(30)
  void anErrorWhileAnAnswerIsReadReachesTheCallerThatWaits() {
    server.get("pools", "[]");
    var call = clients.forCalls().newCall(clients.request(HttpUrl.get(server.url())).build());
    assertThatThrownBy(
            () ->
                GarmCall.answer(
                    call,
                    response -> {
                      throw new OutOfMemoryError("as of an answer that is too long");
                    }))
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(OutOfMemoryError.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", " [ ] "})
  void anEmptyListMayBeNull(String body) {
    server.get("github/endpoints", body);
    assertThat(api.list("github/endpoints", TOKEN)).isEmpty();
  }

  @Test
  void anEntityIsExactlyAsItWasWritten() {
    String template = "{\"id\":1, \"data\":\"%s\"}".formatted("A".repeat(30_000_000));
    server.get("templates/1", template).get("templates", "[" + template + "]");
    assertThat(api.get("templates/1", TOKEN).utf8().equals(template)).isTrue();
    assertThat(api.list("templates", TOKEN).get(0).utf8().equals(template)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'', pools, /api/v1/pools",
    "/, pools, /api/v1/pools",
    "/prefix, pools?a=b%20c, /prefix/api/v1/pools?a=b%20c",
    "/prefix/, github/endpoints, /prefix/api/v1/github/endpoints",
  })
  void thePrefixOfTheUrlIsKept(String prefix, String path, String target) {
    api = new GarmApi(BaseUrl.parse(server.url() + prefix), clients);
    server.on("GET " + target, Answer.json(200, "[]"));
    assertThat(api.list(path, TOKEN)).isEmpty();
  }

  @Test
  void aPageIsAskedForWhenItIsNeeded() {
    server
        .get("objects?pageSize=2&page=1", page(2, 1, 2))
        .get("objects?pageSize=2&page=2", page(0, 3, 3));
    var elements = api.listPaged("objects?pageSize=2", TOKEN).iterator();
    assertThat(server.asked()).isEmpty();
    assertThat(elements.next().utf8()).isEqualTo("{\"id\":1}");
    assertThat(elements.next().utf8()).isEqualTo("{\"id\":2}");
    assertThat(server.asked()).hasSize(1);
    assertThat(elements.next().utf8()).isEqualTo("{\"id\":3}");
    assertThat(elements.hasNext()).isFalse();
    assertThat(server.asked()).hasSize(2);
  }

  private static String page(int next, int from, int to) {
    return "{\"total_count\":3,\"pages\":2,\"current_page\":1,%s\"results\":[%s]}"
        .formatted(
            next == 0 ? "" : "\"next_page\":" + next + ",",
            String.join(",", Answers.ids(from, to)));
  }

  @Test
  void aPageWithoutResultsIsAnEnd() {
    server.get("objects?page=1", "{\"total_count\":0,\"pages\":0,\"results\":null}");
    assertThat(api.listPaged("objects", TOKEN)).isEmpty();
  }

  @Test
  void pagesThatGoInCirclesAreNotFollowed() {
    server.get("objects?page=1", page(1, 1, 2));
    assertThatThrownBy(() -> api.listPaged("objects", TOKEN).toList())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("leads back");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400|{\"error\":\"Bad Request\",\"details\":\"error parsing uuid\"}|false|error parsing uuid",
        "400|{\"error\":\"Bad Request\",\"details\":\"invalid request\"}|false|change what",
        "400|{\"error\":\"Bad Request\",\"details\":\"missing username or email\"}|false|give a user name",
        "400|{\"error\":\"Bad Request\",\"details\":\"invalid email address\"}|false|valid e-mail",
        "400|{\"error\":\"Bad Request\",\"details\":\"invalid username\"}|false|letters and digits",
        "400|{\"error\":\"Bad Request\",\"details\":\"password is too weak\"}|false|less predictable",
        "404|{\"error\":\"Not Found\",\"details\":\"error fetching pool\"}|false|no such entity",
        "404|{\"error\":\"Not found\",\"details\":\"Resource not found\"}|false|older than",
        "409|{\"error\":\"Conflict\",\"details\":\"already initialized\"}|false|done before",
        "409|{\"error\":\"init_required\",\"details\":\"Missing superuser\"}|true|no admin user",
        "409|{\"error\":\"urls_required\",\"details\":\"Missing\"}|true|its own URLs",
        "422|{\"error\":\"Unprocessable Content\",\"details\":\"no runner\"}|false|can not do it",
        "500|{\"error\":\"Server error\",\"details\":\"\"}|true|its own log",
        "503|{\"error\":\"busy\",\"details\":\"\"}|true|can not serve this now",
        "429|{\"error\":\"slow down\",\"details\":\"\"}|true|can not serve this now",
        "408|{\"error\":\"too slow\",\"details\":\"\"}|true|can not serve this now",
      })
  void anErrorSaysWhatToDo(int status, String body, boolean retryable, String advice) {
    server.on("GET /api/v1/pools", Answer.json(status, body));
    var error = failure(RequestException.class, () -> api.list("pools", TOKEN));
    assertThat(error.status()).isEqualTo(status);
    assertThat(error.isRetryable()).isEqualTo(retryable);
    assertThat(error.body()).isEqualTo(body);
    assertThat(body).contains("\"" + error.error() + "\"").contains("\"" + error.details() + "\"");
    assertThat(error)
        .hasMessageContaining(advice)
        .hasMessageContaining(error.error())
        .hasMessageContaining("GET pools");
  }

  @ParameterizedTest
  @CsvSource({
    "404, 404 page not found, path prefix",
    "403, Forbidden, forbids",
    "301, moved, redirects",
    "302, <html>log in</html>, redirects",
    "304, '', no GARM",
  })
  void aProxysAnswerSaysSo(int status, String body, String advice) {
    Answer answer = Answer.text(status, body);
    server.on(
        "GET /api/v1/pools", advice.equals("redirects") ? answer.with("Location", "/x") : answer);
    var error = failure(RequestException.class, () -> api.list("pools", TOKEN));
    assertThat(error).hasMessageContaining(advice);
    assertThat(error.isRetryable()).as("it may be the wrong URL").isFalse();

    server.get("jobs", "[]");
    api.list("jobs", TOKEN);
    error = failure(RequestException.class, () -> api.list("pools", TOKEN));
    assertThat(error.isRetryable()).as("the URL was right").isTrue();
  }

  @Test
  void theWaitThatTheServerAsksForIsKept() {
    server.on("GET /api/v1/pools", Answer.text(503, "later").with("Retry-After", "7"));
    var error = failure(RequestException.class, () -> api.list("pools", TOKEN));
    assertThat(error.retryAfter()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void aMissingRouteIsNotAMissingEntity() {
    server
        .on("GET /api/v1/pools/x", Answer.json(404, "{\"error\":\"Not Found\",\"details\":\"d\"}"))
        .on("GET /api/v1/templates", Answer.text(404, "404 page not found"));
    var entity = failure(RequestException.class, () -> api.get("pools/x", TOKEN));
    assertThat(GarmApi.isMissingEntity(entity)).isTrue();
    assertThat(GarmApi.isMissingRoute(entity)).isFalse();
    var route = failure(RequestException.class, () -> api.list("proxies", TOKEN));
    assertThat(GarmApi.isMissingEntity(route)).isFalse();
    assertThat(GarmApi.isMissingRoute(route)).isTrue();
    var proxy = failure(RequestException.class, () -> api.list("templates", TOKEN));
    assertThat(GarmApi.isMissingEntity(proxy)).isFalse();
    assertThat(GarmApi.isMissingRoute(proxy)).isFalse();
  }

  @Test
  void aRefusedTokenIsAnAuthenticationError() {
    server.on(
        "GET /api/v1/pools",
        Answer.json(401, "{\"error\":\"Authentication failed\",\"details\":\"\"}"));
    server.on("GET /api/v1/jobs", Answer.text(401, "Unauthorized\n"));
    assertThatThrownBy(() -> api.list("pools", TOKEN))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("not accepted");
    assertThatThrownBy(() -> api.list("jobs", TOKEN))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("no admin");
  }

  @Test
  void anExpiredTokenIsToldByTheServersClock() {
    var old = new Token("t", Instant.parse("2026-01-01T00:00:00Z"));
    server.on(
        "GET /api/v1/pools",
        Answer.json(401, "{\"error\":\"Authentication failed\",\"details\":\"\"}"));
    assertThatThrownBy(() -> api.list("pools", old)).hasMessageContaining("expired at 2026-01-01");
  }

  @Test
  void anEchoedTokenOrHeaderDoesNotReachTheError() {
    try (var own =
        new HttpClients(
            "t", ConnectionOptions.builder().header("X-Key", "gateway-key").build(), null)) {
      var careful = new GarmApi(BaseUrl.parse(server.url()), own);
      server.on(
          "GET /api/v1/pools",
          new Answer(
              502,
              Map.of("X-Auth-Token", TOKEN.value()),
              "you sent " + TOKEN.value() + " and gateway-key"));
      var error = failure(RequestException.class, () -> careful.list("pools", TOKEN));
      assertThat(error.getMessage() + error.body() + error.headers())
          .contains("***")
          .doesNotContain(TOKEN.value())
          .doesNotContain("gateway-key");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>" + "s3cret.jwt.token</html>",
        "",
        "{}",
        "[1]",
        "[{\"id\":1}",
        "[{}] x",
        "\"x\""
      })
  void somethingElseThanAListIsNoGarm(String body) {
    server.get("pools", body);
    assertThatThrownBy(() -> api.list("pools", TOKEN))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("is this GARM")
        .hasMessageNotContaining(TOKEN.value())
        .hasNoCause();
    assertThatThrownBy(() -> api.listPaged("pools", TOKEN).toList())
        .isInstanceOf(SourceException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>hello</html>", "", "[]", "null"})
  void somethingElseThanAnEntityIsNoGarm(String body) {
    server.get("pools/x", body);
    assertThatThrownBy(() -> api.get("pools/x", TOKEN))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("an object");
  }

  @Test
  void aBodyWithoutEndIsNotReadToItsEnd() {
    api = new GarmApi(BaseUrl.parse(server.url()), clients, 1024 * 1024);
    String fits = "[" + " ".repeat(1024 * 1024 - 3) + "]"; // and a newline
    server.get("jobs", fits).get("pools", fits + " ");
    assertThat(api.list("jobs", TOKEN)).isEmpty();
    assertThatThrownBy(() -> api.list("pools", TOKEN))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("more than 1 MiB");
  }

  @Test
  void anAnswerThatBreaksOffIsATransportError() throws Exception {
    try (var breaking = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var call =
          CompletableFuture.supplyAsync(
              () -> failure(TransportException.class, () -> api(breaking).list("pools", TOKEN)));
      try (Socket socket = breaking.accept()) {
        readRequest(socket);
        socket
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"
                    .getBytes(StandardCharsets.UTF_8));
      }
      assertThat(call.join()).hasMessageContaining("no connection");
    }
  }

  @Test
  void anInterruptCancelsTheCall() throws Exception {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var interrupted = new CompletableFuture<Boolean>();
      var thread =
          new Thread(
              () -> {
                assertThatThrownBy(() -> api(silent).list("pools", TOKEN))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("interrupted");
                interrupted.complete(Thread.currentThread().isInterrupted());
              });
      thread.start();
      try (Socket waiting = silent.accept()) {
        readRequest(waiting);
        thread.interrupt();
        assertThat(interrupted.join()).as("the interrupt is kept").isTrue();
        assertThat(waiting.getInputStream().readAllBytes()).as("until it hung up").isEmpty();
      }
    }
  }

  @Test
  void aCallThatOutlivesItsClientsLeavesNoConnection() throws Exception {
    try (var slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var call = CompletableFuture.supplyAsync(() -> api(slow).list("pools", TOKEN));
      try (Socket socket = slow.accept()) {
        socket.setSoTimeout((int) Received.PATIENCE.toMillis());
        readRequest(socket);
        clients.close();
        socket
            .getOutputStream()
            .write(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".getBytes(StandardCharsets.UTF_8));
        assertThat(call.join()).isEmpty();
        assertThat(socket.getInputStream().read()).as("not kept for a next call").isEqualTo(-1);
      }
    }
  }

  private GarmApi api(ServerSocket target) {
    return new GarmApi(BaseUrl.parse("http://127.0.0.1:" + target.getLocalPort()), clients);
  }

  private static void readRequest(Socket socket) throws IOException {
    var request = new StringBuilder();
    while (request.indexOf("\r\n\r\n") < 0) {
      request.append((char) socket.getInputStream().read());
    }
  }
}
