package dev.infraevents.grpc;

import static dev.infraevents.grpc.Rpcs.answering;
import static dev.infraevents.grpc.Rpcs.call;
import static dev.infraevents.grpc.Rpcs.channel;
import static dev.infraevents.grpc.Rpcs.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.ConnectivityState;
import io.grpc.Metadata;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
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
  void closingEndsAHandshakeThatIsNotAnswered() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      AtomicInteger heard = new AtomicInteger();
      RpcChannel channel =
          channel(
              settings("grpcs://127.0.0.1:" + silent.getLocalPort()).settings(),
              heard::incrementAndGet);
      channel.channel().getState(true);
      silent.accept().close();

      channel.close();

      await().atMost(Duration.ofSeconds(1)).until(channel.channel()::isTerminated);
    }
  }

  @Test
  void afterAFailureTheNextCallConnectsAnewAtOnce() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    EngFlowSettings settings = settings("grpc://127.0.0.1:" + port).settings();
    try (RpcChannel channel = channel(settings)) {
      RpcFailure failure = Rpcs.failure(channel, false);
      assertThat(new RpcErrors(settings).of(failure))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("refused");

      RpcFailure again = Rpcs.failure(channel, false);
      // gRPC fails calls a moment before it says so.
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> channel.channel().getState(false) == ConnectivityState.TRANSIENT_FAILURE);
      channel.connectAgain();
      RpcFailure anew = Rpcs.failure(channel, false);

      assertThat(again.status().getCause()).isSameAs(failure.status().getCause());
      assertThat(anew.status().getCause()).isNotSameAs(failure.status().getCause());
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
