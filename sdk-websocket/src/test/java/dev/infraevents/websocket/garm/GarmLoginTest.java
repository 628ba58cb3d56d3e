package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.QUICK;
import static dev.infraevents.websocket.garm.GarmTests.proxy;
import static dev.infraevents.websocket.garm.GarmTests.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.TlsOptions;
import dev.infraevents.Token;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.internal.tcp.TunnelProxy;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.websocket.internal.BaseUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class GarmLoginTest {

  private final Received received = new Received();

  private static HttpServer answering(int status, String body) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> answer(exchange, status, body));
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static GarmLogin login(int port) {
    return new GarmLogin(BaseUrl.parse("http://127.0.0.1:" + port), QUICK, null);
  }

  @Test
  void theTokenAndItsExpiryAreRead() throws Exception {
    try (var server = FakeGarm.start()) {
      var base = BaseUrl.parse(server.url());
      Token token = new GarmLogin(base, QUICK, null).login(server.username(), server.password());
      assertThat(token.expiresAt()).isAfter(Instant.now().plus(Duration.ofHours(23)));
    }
  }

  @Test
  void anEchoedPasswordDoesNotReachTheError() throws IOException {
    HttpServer server = answering(502, "{\"password\":\"S3cret-pw\"}\nnext line");
    try {
      assertThatThrownBy(() -> login(server.getAddress().getPort()).login("admin", "S3cret-pw"))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("***")
          .hasMessageNotContaining("S3cret-pw")
          .hasMessageNotContaining("\n")
          .satisfies(e -> assertThat(((RequestException) e).body()).doesNotContain("S3cret-pw"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void somethingElseThanATokenIsNoGarm() throws IOException {
    HttpServer server = answering(200, "<html>maintenance</html>");
    try {
      assertThatThrownBy(() -> login(server.getAddress().getPort()).login("admin", "pw"))
          .isInstanceOf(ProtocolException.class)
          .satisfies(e -> assertThat(((SourceException) e).isRetryable()).isFalse());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aLoginThatWorkedOnceIsTriedAgainAfterAPassingRefusal() {
    try (var server = FakeGarm.start();
        var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.inject(Fault.outage());
      received.awaitSignals(Disconnected.class, 2);
      server.heal();
      server.inject(Fault.expireToken());
      received.awaitSignals(Connected.class, 2);
      assertThat(subscription.status().state()).isNotEqualTo(SourceState.FAILED);
    }
  }

  @Test
  void closingDoesNotWaitForALoginThatHangs() throws Exception {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var source =
            GarmEventSource.builder()
                .url("http://127.0.0.1:" + silent.getLocalPort())
                .credentials(GarmCredentials.password("admin", "pw"))
                .build()) {
      Subscription subscription = source.subscribe(received);
      try (Socket waiting = silent.accept()) {
        assertThat(waiting.getInputStream().read()).as("the request is on its way").isEqualTo('P');
        subscription.close();
        assertThat(subscription.completion().toCompletableFuture()).isCompleted();
        assertThat(waiting.getInputStream().readAllBytes()).as("until it hung up").isNotEmpty();
      }
    }
  }

  @Test
  void extraHeadersAndTheCaGoForTheLoginToo(@TempDir Path folder) throws Exception {
    try (var server = FakeGarm.builder().tls().start()) {
      Path ca = Files.writeString(folder.resolve("ca.pem"), server.certificatePem());
      var options =
          QUICK.toBuilder()
              .tls(TlsOptions.builder().trustedCertificates(ca).build())
              .header("X-Team", "infra")
              .build();
      try (var source = source(server).connection(options).build();
          Subscription subscription = source.subscribe(received)) {
        assertThat(subscription.awaitStreaming(Received.PATIENCE)).isTrue();
        assertThat(server.requests())
            .hasSize(2)
            .allSatisfy(request -> assertThat(request.header("X-Team")).contains("infra"));
      }
    }
  }

  @Test
  void loginAndStreamGoThroughTheProxy(@TempDir Path folder) throws Exception {
    try (var server = FakeGarm.builder().tls().start();
        var proxy = new TunnelProxy()) {
      Path ca = Files.writeString(folder.resolve("ca.pem"), server.certificatePem());
      var options =
          QUICK.toBuilder()
              .tls(TlsOptions.builder().trustedCertificates(ca).build())
              .proxy(proxy.address())
              .build();
      try (var source = source(server).connection(options).build();
          Subscription subscription = source.subscribe(received)) {
        assertThat(subscription.awaitStreaming(Received.PATIENCE)).isTrue();
        server.awaitFilter(Received.PATIENCE);
        server.emit("proxy", "create", proxy("1"));
        received.awaitSubject("1");
        assertThat(proxy.tunnels()).isEqualTo(2);
      }
    }
  }

  @Test
  void aClientThatVerifiesInItsOwnWayIsRefused() {
    var trusting = new OkHttpClient.Builder().hostnameVerifier((host, session) -> true).build();
    assertThatThrownBy(() -> GarmEventSource.builder().httpClient(trusting))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("HostnameVerifier");
    var ownSockets = new OkHttpClient.Builder().socketFactory(new OwnSockets()).build();
    assertThatThrownBy(() -> GarmEventSource.builder().httpClient(ownSockets))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("SocketFactory");
  }

  private static final class OwnSockets extends SocketFactory {
    @Override
    public Socket createSocket(String host, int port) throws IOException {
      throw new IOException("not to be used");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
        throws IOException {
      throw new IOException("not to be used");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      throw new IOException("not to be used");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
        throws IOException {
      throw new IOException("not to be used");
    }
  }

  @Test
  void aSocksProxyIsRefused() {
    var socks =
        new OkHttpClient.Builder()
            .proxy(
                new Proxy(
                    Proxy.Type.SOCKS, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)))
            .build();
    try (var server = FakeGarm.start();
        var source = source(server).httpClient(socks).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      assertThatThrownBy(() -> subscription.completion().toCompletableFuture().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(ConfigurationException.class)
          .hasMessageContaining("SOCKS");
    }
  }
}
