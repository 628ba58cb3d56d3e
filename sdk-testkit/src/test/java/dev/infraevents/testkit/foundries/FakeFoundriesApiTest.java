package dev.infraevents.testkit.foundries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class FakeFoundriesApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String QUEUES = "/ota/factories/example-factory/event-queues/";

  private record Answer(int status, String type, String body) {}

  private final VirtualTime time = new VirtualTime();
  private FakeFoundriesApi api = start(builder -> {});

  private FakeFoundriesApi start(Consumer<FakeFoundriesApiBuilder> setting) {
    FakeFoundriesApiBuilder builder = FakeFoundriesApi.builder().clock(time.clock());
    setting.accept(builder);
    return builder.start();
  }

  private void restart(Consumer<FakeFoundriesApiBuilder> setting) {
    api.close();
    api = start(setting);
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void queuesAreCreatedListedAndDeleted() throws IOException {
    Answer created = call("POST", QUEUES, push("one"));
    assertThat(created.status()).isEqualTo(201);
    assertThat(call("POST", QUEUES, "{\"label\":\"two\",\"type\":\"pull\"}").status())
        .isEqualTo(201);

    JsonNode list = JSON.readTree(call("GET", QUEUES, null).body());
    assertThat(list.toString())
        .isEqualTo(
            "[{\"label\":\"one\",\"type\":\"push\",\"push-url\":\"https://example.com/\"},"
                + "{\"label\":\"two\",\"type\":\"pull\"}]");

    assertThat(call("DELETE", QUEUES + "one/", null).status()).isEqualTo(200);
    assertThat(api.queues()).extracting(FoundriesQueue::label).containsExactly("two");
    assertThat(api.requests()).extracting(ReceivedRequest::method).endsWith("DELETE");
  }

  @Test
  void credentialsFileIsCompleteAndEachHasAKeyOfItsOwn() throws Exception {
    String one = call("POST", QUEUES, "{\"label\":\"one\",\"type\":\"pull\"}").body();
    String two = api.addPullQueue("two").credentials();

    JsonNode file = JSON.readTree(one);
    assertThat(file.path("type").asText()).isEqualTo("service_account");
    assertThat(file.path("project_id").asText()).isEqualTo("osf-prod");
    assertThat(file.path("fio-subscription-name").asText()).isEqualTo("f-42-one");
    assertThat(file.path("token_uri").asText()).isEqualTo("https://oauth2.googleapis.com/token");
    assertThat(file).hasSize(12).allMatch(JsonNode::isTextual);
    assertThat(modulus(file)).isNotEqualTo(modulus(JSON.readTree(two)));
    assertThat(api.queues().get(0).credentials()).isEqualTo(one);
    assertThat(api.queues().toString()).doesNotContain("PRIVATE");
  }

  private static Object modulus(JsonNode file) throws Exception {
    String pem = file.path("private_key").asText();
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    var key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    assertThat(((RSAPrivateKey) key).getModulus().bitLength()).isEqualTo(2048);
    return ((RSAPrivateKey) key).getModulus();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /ota/factories/other/event-queues/, 404",
    "GET, /ota/factories/example-factory/queues/, 404",
    "DELETE, /ota/factories/example-factory/event-queues/none/, 404",
    "PUT, /ota/factories/example-factory/event-queues/, 405",
    "GET, /ota/factories/example-factory/event-queues/one/, 405",
  })
  void whatIsNotThereIsRefused(String method, String path, int status) {
    assertThat(call(method, path, method.equals("PUT") ? "{}" : null).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"label\":\"a/b\",\"type\":\"pull\"}",
        "{\"type\":\"pull\"}",
        "{\"label\":\"a\",\"type\":\"push\"}",
        "{\"label\":\"a\",\"type\":\"mail\"}"
      })
  void unusableQueueIsRefused(String body) {
    assertThat(call("POST", QUEUES, body).status()).isEqualTo(400);
    assertThat(api.queues()).isEmpty();
  }

  @Test
  void labelIsTakenOnce() {
    call("POST", QUEUES, push("one"));

    assertThat(call("POST", QUEUES, push("one")).status()).isEqualTo(409);
    assertThat(api.queues()).hasSize(1);
  }

  @Test
  void slashAtTheEndIsRequiredUnlessTheServerIsLenient() {
    String path = QUEUES.substring(0, QUEUES.length() - 1);
    assertThat(call("GET", path, null).status()).isEqualTo(404);

    restart(builder -> builder.requireTrailingSlash(false));
    assertThat(call("GET", path, null).status()).isEqualTo(200);
    assertThat(call("GET", QUEUES, null).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource
  void errorsHaveTheShapeThatIsAskedFor(FoundriesErrorShape shape) {
    restart(builder -> builder.errorShape(shape));

    Answer answer = call("DELETE", QUEUES + "x/", null);

    assertThat(answer.status()).isEqualTo(404);
    String words = "no such event queue: x";
    String expected =
        switch (shape) {
          case MSG -> "{\"msg\":\"" + words + "\"}";
          case MESSAGE -> "{\"message\":\"" + words + "\"}";
          case ERROR_LIST -> "{\"msg\":\"request failed\",\"errors\":[\"" + words + "\"]}";
          case ERROR_FIELDS ->
              "{\"message\":\"request failed\",\"errors\":{\"label\":\"" + words + "\"}}";
          case TEXT -> words + "\n";
          case HTML ->
              "<html><head><title>404</title></head><body><h1>" + words + "</h1></body></html>\n";
          case EMPTY -> "";
        };
    assertThat(answer.body()).isEqualTo(expected);
    assertThat(answer.type()).startsWith(expected.startsWith("{") ? "application/json" : "text/");
  }

  @Test
  void everyTokenThatIsShownHasToBeValid() throws IOException {
    String access = login("client_credentials", "").path("access_token").asText();
    String good = base64(access);

    assertThat(status(Map.of())).isEqualTo(401);
    assertThat(status(Map.of("OSF-TOKEN", "wrong"))).isEqualTo(401);
    assertThat(status(Map.of("OSF-TOKEN", api.apiToken()))).isEqualTo(200);
    assertThat(status(Map.of("Authorization", "Bearer " + good))).isEqualTo(200);
    assertThat(status(Map.of("Authorization", "Bearer " + access))).isEqualTo(401);
    assertThat(status(Map.of("OSF-TOKEN", "wrong", "Authorization", "Bearer " + good)))
        .isEqualTo(401);
    assertThat(status(Map.of("OSF-TOKEN", api.apiToken(), "Authorization", "Bearer " + good)))
        .isEqualTo(200);
  }

  @Test
  void plainAccessTokensAreTakenIfAskedFor() throws IOException {
    restart(FakeFoundriesApiBuilder::plainBearer);
    String access = login("client_credentials", "").path("access_token").asText();

    assertThat(status(Map.of("Authorization", "Bearer " + access))).isEqualTo(200);
    assertThat(status(Map.of("Authorization", "Bearer " + base64(access)))).isEqualTo(401);
  }

  @Test
  void accessTokensExpireAndAreRefreshedOnce() throws IOException {
    restart(builder -> builder.tokenTimeToLive(Duration.ofMillis(1500)));
    JsonNode first = login("client_credentials", "");
    assertThat(first.path("expires_in").decimalValue()).isEqualByComparingTo("1.5");
    time.advance(Duration.ofMillis(1500));
    String refresh = first.path("refresh_token").asText();

    assertThat(status(bearer(first))).isEqualTo(401);
    JsonNode second = login("refresh_token", refresh);
    assertThat(status(bearer(second))).isEqualTo(200);
    assertThat(login("refresh_token", refresh).path("error").asText()).isEqualTo("invalid_grant");
    assertThat(api.tokensIssued()).isEqualTo(2);

    api.inject(Fault.expireToken());
    assertThat(status(bearer(second))).isEqualTo(401);
  }

  @Test
  void wrongClientIsRefused() throws IOException {
    restart(builder -> builder.oauthClient("other", "secret"));
    String body = "grant_type=client_credentials&client_id=other&client_secret=wrong";

    Answer answer = call("POST", "/oauth/token/", body);

    assertThat(answer.status()).isEqualTo(401);
    assertThat(login("password", "").path("error").asText()).isEqualTo("unsupported_grant_type");
  }

  @Test
  void nextRequestIsRefusedAsAsked() {
    api.inject(Fault.refuseUpgrade(503, "text/plain", "busy").times(2));

    assertThat(call("GET", QUEUES, null)).isEqualTo(new Answer(503, "text/plain", "busy"));
    assertThat(call("GET", QUEUES, null).status()).isEqualTo(503);
    assertThat(call("GET", QUEUES, null).status()).isEqualTo(200);
  }

  @Test
  void answerIsDisturbedButWhatWasAskedIsDone() {
    api.inject(Fault.truncate());
    assertThatThrownBy(() -> call("POST", QUEUES, push("a")))
        .isInstanceOf(UncheckedIOException.class);
    api.inject(Fault.garbageText());
    assertThat(call("POST", QUEUES, push("b")).body()).startsWith("upstream connect error");
    api.inject(Fault.oversize(1000));
    assertThat(call("POST", QUEUES, push("c")).body()).hasSize(1000);
    api.inject(Fault.invalidJson());
    assertThat(call("POST", QUEUES, push("d")).body()).isEqualTo("{");

    assertThat(api.queues()).hasSize(4);
  }

  @Test
  void answersAreHeldBackUntilTheServerIsHealed() {
    api.inject(Fault.stall());
    var threads = new DaemonThreads("test");
    var answer = new AtomicReference<@Nullable Answer>();
    Thread caller = threads.start("caller", () -> answer.set(call("POST", QUEUES, push("a"))));
    api.await(server -> !server.queues().isEmpty(), Duration.ofSeconds(10));
    assertThat(answer.get()).isNull();

    api.heal();
    DaemonThreads.await(caller);
    assertThat(answer.get()).isNotNull();
  }

  @Test
  void outageAndRestartKeepPortAndQueues() {
    String url = api.url();
    call("POST", QUEUES, push("a"));

    api.inject(Fault.restart());
    assertThat(call("GET", QUEUES, null).body()).contains("\"a\"");
    api.inject(Fault.outage());
    assertThatThrownBy(() -> call("GET", QUEUES, null)).hasMessageContaining("refused");
    api.heal();

    assertThat(call("GET", QUEUES, null).body()).contains("\"a\"");
    assertThat(api.url()).isEqualTo(url);
  }

  @Test
  void faultsOfEventsAreUnknown() {
    for (Fault fault : new Fault[] {Fault.silentDrop(), Fault.reorder(2), Fault.duplicate()}) {
      assertThatThrownBy(() -> api.inject(fault)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void closedServerLeavesNothingAndStaysClosed() {
    api.inject(Fault.stall());
    var threads = new DaemonThreads("test");
    Thread caller =
        threads.start(
            "caller",
            () ->
                assertThatThrownBy(() -> call("GET", QUEUES, null))
                    .isInstanceOf(UncheckedIOException.class));
    await().until(() -> api.requests().size() == 1);

    api.close();
    api.close();
    DaemonThreads.await(caller);

    assertThatThrownBy(() -> api.heal()).isInstanceOf(IllegalStateException.class);
  }

  private static String push(String label) {
    return "{\"label\":\"" + label + "\",\"type\":\"push\",\"push-url\":\"https://example.com/\"}";
  }

  private static String base64(String token) {
    return Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, String> bearer(JsonNode login) {
    return Map.of("Authorization", "Bearer " + base64(login.path("access_token").asText()));
  }

  private JsonNode login(String grant, String refresh) throws IOException {
    String client =
        "&client_id=" + api.clientId() + "&client_secret=" + encoded(api.clientSecret());
    String more = refresh.isEmpty() ? "" : "&refresh_token=" + encoded(refresh);
    return JSON.readTree(
        call("POST", "/oauth/token/", "grant_type=" + grant + client + more).body());
  }

  private static String encoded(String value) {
    return value.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D");
  }

  private int status(Map<String, String> headers) {
    return call("GET", QUEUES, null, headers).status();
  }

  private Answer call(String method, String path, @Nullable String body) {
    return call(method, path, body, Map.of("OSF-TOKEN", api.apiToken()));
  }

  private Answer call(
      String method, String path, @Nullable String body, Map<String, String> headers) {
    try {
      var connection = (HttpURLConnection) URI.create(api.url() + path).toURL().openConnection();
      connection.setRequestMethod(method);
      connection.setRequestProperty("Connection", "close");
      headers.forEach(connection::setRequestProperty);
      if (body != null) {
        connection.setDoOutput(true);
        try (var out = connection.getOutputStream()) {
          out.write(body.getBytes(StandardCharsets.UTF_8));
        }
      }
      int status = connection.getResponseCode();
      try (InputStream in =
          status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
        byte[] content = in == null ? new byte[0] : in.readAllBytes();
        if (content.length < connection.getContentLengthLong()) {
          throw new IOException("cut off");
        }
        String type = String.valueOf(connection.getContentType());
        return new Answer(status, type, new String(content, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
