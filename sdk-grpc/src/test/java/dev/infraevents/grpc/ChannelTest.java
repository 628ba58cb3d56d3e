package dev.infraevents.grpc;

import static dev.infraevents.grpc.Rpcs.answering;
import static dev.infraevents.grpc.Rpcs.call;
import static dev.infraevents.grpc.Rpcs.channel;
import static dev.infraevents.grpc.Rpcs.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceException;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.internal.tcp.TunnelProxy;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.ConnectivityState;
import io.grpc.Metadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class ChannelTest {

  @Test
  void everyByteIsHeardAndEveryCallHasTheExtraHeadersAndTheUserAgent() throws Exception {
    AtomicInteger heard = new AtomicInteger();
    try (RpcServer server = RpcServer.plaintext(answering("t1"));
        RpcChannel channel =
            channel(
                settings("grpc://127.0.0.1:" + server.port())
                    .connection(ConnectionOptions.builder().header("X-Route", "blue").build())
                    .settings(),
                heard::incrementAndGet)) {
      assertThat(call(channel).getContinuationToken()).isEqualTo("t1");

      assertThat(heard).hasPositiveValue();
      Metadata sent = server.headers().get(0);
      assertThat(sent.get(key("x-route"))).isEqualTo("blue");
      assertThat(sent.get(key("user-agent"))).startsWith("infra-events-sdk-java/");
    }
  }

  @Test
  void theThreadThatReadsHasOurName() throws Exception {
    try (RpcServer server = RpcServer.plaintext(answering("t1"));
        RpcChannel channel = channel(settings("grpc://127.0.0.1:" + server.port()).settings())) {
      call(channel);

      await()
          .untilAsserted(
              () ->
                  assertThat(Thread.getAllStackTraces().keySet())
                      .extracting(Thread::getName)
                      .anyMatch(name -> name.startsWith("infra-events-127.0.0.1-reader-"))
                      .doesNotContain("OkHttpClientTransport"));
    }
  }

  @Test
  void aConnectionGoesThroughTheProxyOfTheOptions() throws Exception {
    try (RpcServer server = RpcServer.plaintext(answering("t1"));
        var proxy = new TunnelProxy();
        RpcChannel channel =
            channel(
                settings("grpc://cluster.invalid:" + server.port())
                    .connection(ConnectionOptions.builder().proxy(proxy.address()).build())
                    .settings())) {
      assertThat(call(channel).getContinuationToken()).isEqualTo("t1");

      assertThat(proxy.tunnels()).isEqualTo(1);
    }
  }

  @Test
  void aProxyThatCanNotBeReachedIsNamed() {
    EngFlowSettings settings =
        settings("grpc://cluster.invalid")
            .connection(
                ConnectionOptions.builder()
                    .proxy(new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort()))
                    .build())
            .settings();

    assertThat(error(settings))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("through the proxy: Connection refused");
  }

  @Test
  void aProxyThatRefusesIsNotTakenForAServerOfHttp1() throws Exception {
    try (var proxy = new TunnelProxy()) {
      EngFlowSettings settings =
          settings("grpc://cluster.invalid")
              .connection(ConnectionOptions.builder().proxy(proxy.address()).build())
              .settings();
      proxy.refuseWith("503 Busy");
      assertThat(error(settings))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("the proxy does not let a connection")
          .hasMessageContaining("503");

      proxy.refuseWith("407 Login");
      assertThat(error(settings))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("the proxy wants a login");
    }
  }

  @Test
  void aHostThatDnsDoesNotKnowIsRetried() {
    assertThat(error(settings("grpc://cluster.invalid").settings()))
        .isInstanceOf(TransportException.class)
        .hasMessage("no connection to grpc://cluster.invalid: its name is not known to DNS");
  }

  @Test
  void aServerOfHttp1IsTold() throws Exception {
    try (FakeGarm http = FakeGarm.start()) {
      assertThat(error(settings("grpc://127.0.0.1:" + URI.create(http.url()).getPort()).settings()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("speaks HTTP/1.1, not gRPC");
    }
  }

  @Test
  void theUsersOwnSettingsAreTakenButDoNotTurnOffWhatIsNeeded() throws Exception {
    AtomicInteger heard = new AtomicInteger();
    try (RpcServer server = RpcServer.plaintext(answering("t1"));
        RpcChannel channel =
            channel(
                settings("grpc://127.0.0.1:" + server.port())
                    .channel(
                        builder ->
                            builder
                                .userAgent("mine")
                                .useTransportSecurity()
                                .executor(task -> {})
                                .maxInboundMessageSize(1))
                    .settings(),
                heard::incrementAndGet)) {
      assertThat(call(channel).getContinuationToken()).isEqualTo("t1");

      assertThat(server.headers().get(0).get(key("user-agent"))).startsWith("mine ");
      assertThat(heard).hasPositiveValue();
    }
  }

  @Test
  void settingsOfTheUsersThatThrowLeaveNothingBehind() {
    EngFlowSettings settings =
        settings("grpc://cluster.invalid")
            .channel(
                builder -> {
                  throw new IllegalStateException("no such setting");
                })
            .settings();

    assertThatThrownBy(() -> channel(settings)).hasMessage("no such setting");

    Rpcs.awaitNoTimersInUse();
  }

  @Test
  void aMessageBeyondTheLimitIsAMatterOfConfiguration() throws Exception {
    try (RpcServer server = RpcServer.plaintext(answering("x".repeat(2000)))) {
      assertThat(
              error(settings("grpc://127.0.0.1:" + server.port()).maxMessageSize(1000).settings()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("maxMessageSize");
    }
  }

  @Test
  void closingEndsAHandshakeThatIsNotAnswered() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RpcChannel channel =
          channel(settings("grpcs://127.0.0.1:" + silent.getLocalPort()).settings());
      channel.channel().getState(true);

      try (Socket accepted = silent.accept()) {
        accepted.getInputStream().read(); // the client's hello: it waits for the server's now
        channel.close();
        await().until(channel.channel()::isTerminated);
      }
    }
  }

  @Test
  void closingEndsAConnectionWhosePeerReadsNothingAnyMore() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RpcChannel channel =
          channel(settings("grpc://127.0.0.1:" + silent.getLocalPort()).settings());
      channel.channel().getState(true);
      try (Socket accepted = silent.accept()) {
        accepted.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // SETTINGS
        await().until(() -> channel.channel().getState(false) == ConnectivityState.READY);

        channel.close();
        await().until(channel.channel()::isTerminated);
      }
    }
  }

  @Test
  void afterAFailureTheNextCallConnectsAnewAtOnce() throws Exception {
    EngFlowSettings settings = settings("grpc://127.0.0.1:" + freePort()).settings();
    try (RpcChannel channel = channel(settings)) {
      RpcFailure failure = Rpcs.failure(channel, false);
      assertThat(new RpcErrors(settings).of(failure))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("refused");

      // gRPC ends the call a moment before the channel's state says so.
      await().until(() -> channel.channel().getState(false) == ConnectivityState.TRANSIENT_FAILURE);
      RpcFailure again = Rpcs.failure(channel, false);
      channel.connectAgain();
      RpcFailure anew = Rpcs.failure(channel, false);

      assertThat(again.status().getCause()).isSameAs(failure.status().getCause());
      assertThat(anew.status().getCause()).isNotSameAs(failure.status().getCause());
    }
  }

  private static SourceException error(EngFlowSettings settings) {
    try (RpcChannel channel = channel(settings)) {
      return new RpcErrors(settings).of(Rpcs.failure(channel, false));
    }
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
