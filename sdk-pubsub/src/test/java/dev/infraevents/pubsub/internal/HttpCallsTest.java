package dev.infraevents.pubsub.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.ProtocolException;
import dev.infraevents.TlsOptions;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.http.HttpHandler;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.http.HttpServer;
import dev.infraevents.testkit.internal.tcp.TunnelProxy;
import dev.infraevents.testkit.internal.tcp.Wire;
import dev.infraevents.testkit.internal.tls.SelfSignedCertificate;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class HttpCallsTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
  private static final SelfSignedCertificate CERTIFICATE = SelfSignedCertificate.create();

  private final DaemonThreads threads = new DaemonThreads("test-server");
  private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();
  private @Nullable HttpServer server;
  private @TempDir Path folder;

  @AfterEach
  void stop() {
    if (server != null) {
      server.port().stopListening();
      server.wires().drop();
    }
    threads.join();
  }

  @Test
  void getReturnsWhatTheServerAnswers() {
    URI url =
        serve(request -> HttpResponse.of(418, "text/plain", "short and stout").with("X-A", "b"));

    HttpAnswer answer = calls(ConnectionOptions.DEFAULT).get(url, Map.of("Accept", "text/plain"));

    assertThat(answer.status()).isEqualTo(418);
    assertThat(answer.body().utf8()).isEqualTo("short and stout");
    assertThat(answer.headers()).containsEntry("x-a", List.of("b"));
    assertThat(answer.header("X-a")).isEqualTo("b");
    assertThat(answer.header("X-B")).isNull();
    assertThat(requests.get(0).method()).isEqualTo("GET");
    assertThat(requests.get(0).target()).isEqualTo("/a%20path/?q=1");
    assertThat(requests.get(0).headers("Accept")).containsExactly("text/plain");
    assertThat(requests.get(0).header("Connection")).contains("close");
  }

  @Test
  void postSendsItsBodyAndDeleteAnEmptyOne() {
    URI url = serve(request -> HttpResponse.of(200, "text/plain", ""));
    HttpCalls calls = calls(ConnectionOptions.builder().header("X-Extra", "1").build());

    calls.post(url, JSON, "{\"a\":\"ü\"}".getBytes(StandardCharsets.UTF_8));
    HttpAnswer answer = calls.delete(url, JSON);

    assertThat(answer.body().isEmpty()).isTrue();
    assertThat(requests).extracting(ReceivedRequest::method).containsExactly("POST", "DELETE");
    assertThat(requests).extracting(ReceivedRequest::body).containsExactly("{\"a\":\"ü\"}", "");
    for (ReceivedRequest request : requests) {
      assertThat(request.headers("Content-Type")).containsExactly("application/json");
      assertThat(request.headers("X-Extra")).containsExactly("1");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirectIsReturnedAndNotFollowed(int status) {
    URI url =
        serve(request -> HttpResponse.of(status, "text/plain", "").with("Location", "/elsewhere"));
    HttpCalls calls = calls(ConnectionOptions.DEFAULT);

    assertThat(calls.get(url, Map.of()).status()).isEqualTo(status);
    assertThat(calls.post(url, JSON, new byte[1]).header("location")).isEqualTo("/elsewhere");
    assertThat(requests).hasSize(2);
  }

  @Test
  void postAndDeleteAreNotSentAgainWhenTheConnectionBreaksBeforeTheAnswer() {
    URI url = serve(request -> (HttpReply.Takeover) wire -> {});
    HttpCalls calls = calls(ConnectionOptions.DEFAULT);

    assertThatThrownBy(() -> calls.post(url, JSON, new byte[3]))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("no answer to POST http://127.0.0.1:")
        .hasMessageNotContaining("q=1");
    assertThatThrownBy(() -> calls.delete(url, JSON)).isInstanceOf(TransportException.class);
    assertThat(requests).extracting(ReceivedRequest::method).containsExactly("POST", "DELETE");
  }

  @Test
  void loginsOfTheJvmAreNotSent() {
    URI url =
        serve(
            request ->
                HttpResponse.of(401, "text/plain", "no").with("WWW-Authenticate", "Basic realm=a"));
    Authenticator before = Authenticator.getDefault();
    Authenticator.setDefault(
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication("user", "password".toCharArray());
          }
        });
    try {
      HttpCalls calls = calls(ConnectionOptions.DEFAULT);
      assertThat(calls.get(url, Map.of()).body().utf8()).isEqualTo("no");
      assertThat(calls.post(url, JSON, new byte[1]).status()).isEqualTo(401);
      assertThat(calls.delete(url, JSON).status()).isEqualTo(401);
    } finally {
      Authenticator.setDefault(before);
    }
    assertThat(requests).hasSize(3);
  }

  @Test
  void answerLongerThanItMayBeIsRefused() {
    URI url = serve(request -> HttpResponse.of(200, "text/plain", "x".repeat(1001)));

    assertThatThrownBy(() -> calls(ConnectionOptions.DEFAULT).get(url, Map.of()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("more than 1000 bytes");
  }

  @Test
  void answerOfTheGreatestLengthIsRead() {
    URI url = serve(request -> HttpResponse.of(200, "text/plain", "x".repeat(1000)));

    assertThat(calls(ConnectionOptions.DEFAULT).get(url, Map.of()).body().size()).isEqualTo(1000);
  }

  @Test
  void endlessAnswerIsRefused() {
    URI url =
        serve(
            request ->
                (HttpReply.Takeover)
                    wire -> {
                      wire.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                      while (true) {
                        wire.write(new byte[100]);
                      }
                    });

    assertThatThrownBy(() -> calls(ConnectionOptions.DEFAULT).get(url, Map.of()))
        .isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @CsvSource({"Content-Length: 100", "Transfer-Encoding: chunked"})
  void answerThatIsCutOffIsNone(String header) {
    URI url = raw("HTTP/1.1 200 OK\r\n" + header + "\r\n\r\n" + "10\r\n{\"half\":");

    assertThatThrownBy(() -> calls(ConnectionOptions.DEFAULT).get(url, Map.of()))
        .isInstanceOf(TransportException.class);
  }

  @Test
  void answerThatIsNoHttpIsNone() {
    URI url = raw("SSH-2.0-OpenSSH_9.6\r\n");

    assertThatThrownBy(() -> calls(ConnectionOptions.DEFAULT).get(url, Map.of()))
        .isInstanceOf(TransportException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 ",
        "HTTP/1.1 200 OK\r\nX-Drip: ",
        "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e7\r\n",
        "HTTP/1.1 200 OK\r\n\r\n"
      })
  void slowDripEndsWithTheDeadline(String start) {
    URI url =
        serve(
            request ->
                (HttpReply.Takeover)
                    wire -> {
                      wire.write(start.getBytes(StandardCharsets.US_ASCII));
                      wire.drip(1, Duration.ofMillis(20));
                      while (true) {
                        wire.write(new byte[] {'x'});
                      }
                    });
    HttpCalls calls = new HttpCalls(ConnectionOptions.DEFAULT, SHORT, 1000);

    assertThatThrownBy(() -> calls.get(url, Map.of()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("not answered in full within 300 ms");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void silenceEndsWithTheDeadline(boolean tls) {
    URI url = serve(request -> (HttpReply.Takeover) HttpCallsTest::silence, tls);
    HttpCalls calls = new HttpCalls(trusting(), SHORT, 1000);

    assertThatThrownBy(() -> calls.post(url, JSON, new byte[1]))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("not answered in full");
    assertThat(requests).hasSize(1);
  }

  @Test
  void silenceEndsWithTheTimeoutForReading() {
    URI url = serve(request -> (HttpReply.Takeover) HttpCallsTest::silence);
    var options = ConnectionOptions.builder().connectTimeout(SHORT).build();

    assertThatThrownBy(() -> calls(options).get(url, Map.of()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("Read timed out");
    assertThat(requests).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void interruptEndsACallAndIsKept(boolean tls) {
    URI url = serve(request -> (HttpReply.Takeover) HttpCallsTest::silence, tls);
    var thrown = new AtomicReference<Throwable>();
    var kept = new AtomicReference<Boolean>();
    Thread caller =
        threads.start(
            "caller",
            () -> {
              thrown.set(catchThrowable(() -> calls(trusting()).get(url, Map.of())));
              kept.set(Thread.interrupted());
            });
    await().until(() -> requests.size() == 1);

    caller.interrupt();
    DaemonThreads.await(caller);

    assertThat(thrown.get())
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("interrupted while waiting for the answer to GET");
    assertThat(kept.get()).isTrue();
  }

  @Test
  void refusedConnectionIsReported() {
    URI url = serve(request -> HttpResponse.of(200, "text/plain", ""));
    stop();

    assertThatThrownBy(() -> calls(ConnectionOptions.DEFAULT).get(url, Map.of()))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("Connection refused");
  }

  @Test
  void connectionThatTheServerWouldKeepIsClosed() {
    URI url =
        serve(
            request ->
                (HttpReply.Takeover)
                    wire -> {
                      String head = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n";
                      String body = "Content-Length: 2\r\n\r\nok";
                      wire.write((head + body).getBytes(StandardCharsets.US_ASCII));
                      silence(wire);
                    });

    assertThat(calls(ConnectionOptions.DEFAULT).get(url, Map.of()).body().utf8()).isEqualTo("ok");
    await().until(() -> server().wires().all().isEmpty());
  }

  @Test
  void trustedCertificateIsAccepted() {
    URI url = serve(request -> HttpResponse.of(200, "text/plain", "ok"), true);

    assertThat(calls(trusting()).get(url, Map.of()).body().utf8()).isEqualTo("ok");
  }

  @Test
  void certificateThatTheJvmDoesNotTrustIsRefused() {
    URI url = serve(request -> HttpResponse.of(200, "text/plain", "ok"), true);

    assertThatThrownBy(() -> calls(ConnectionOptions.DEFAULT).get(url, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("not trusted");
    assertThat(requests).isEmpty();
  }

  @Test
  void certificateForAnotherHostIsRefusedWhateverTheJvmWideVerifierSays() throws IOException {
    URI url = serve(request -> HttpResponse.of(200, "text/plain", "ok"), true);
    HostnameVerifier before = HttpsURLConnection.getDefaultHostnameVerifier();
    HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);
    try (var proxy = new TunnelProxy()) { // which leads there whatever the host is
      URI other = URI.create(url.toString().replace("127.0.0.1", "other.example.com"));
      var options = trusting().toBuilder().proxy(proxy.address()).build();
      assertThatThrownBy(() -> calls(options).get(other, Map.of()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("for another host");
    } finally {
      HttpsURLConnection.setDefaultHostnameVerifier(before);
    }
    assertThat(requests).isEmpty();
  }

  @Test
  void proxyIsUsed() throws IOException {
    URI url = serve(request -> HttpResponse.of(200, "text/plain", "ok"), true);
    try (var proxy = new TunnelProxy()) {
      var options = trusting().toBuilder().proxy(proxy.address()).build();

      assertThat(calls(options).get(url, Map.of()).body().utf8()).isEqualTo("ok");
      assertThat(proxy.tunnels()).isEqualTo(1);

      proxy.refuseWith("407 Proxy Authentication Required");
      assertThatThrownBy(() -> calls(options).post(url, JSON, new byte[1]))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("407");
    }
  }

  private static void silence(Wire wire) throws IOException {
    assertThat(wire.input().read()).isNegative(); // until the client hangs up
  }

  private HttpServer server() {
    assertThat(server).isNotNull();
    return server;
  }

  private URI serve(HttpHandler handler) {
    return serve(handler, false);
  }

  private URI raw(String answer) {
    return serve(
        request ->
            (HttpReply.Takeover) wire -> wire.write(answer.getBytes(StandardCharsets.US_ASCII)));
  }

  private URI serve(HttpHandler handler, boolean tls) {
    HttpHandler noting =
        request -> {
          requests.add(request);
          return handler.handle(request);
        };
    server =
        new HttpServer(noting, tls ? CERTIFICATE.context() : null, InstantSource.system(), threads);
    server.port().listen();
    String scheme = tls ? "https" : "http";
    return URI.create(scheme + "://127.0.0.1:" + server.port().number() + "/a%20path/?q=1");
  }

  private static HttpCalls calls(ConnectionOptions options) {
    return new HttpCalls(options, LONG, 1000);
  }

  private ConnectionOptions trusting() {
    try {
      Path pem = Files.writeString(folder.resolve("ca.pem"), CERTIFICATE.pem());
      return ConnectionOptions.builder()
          .tls(TlsOptions.builder().trustedCertificates(pem).build())
          .build();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
