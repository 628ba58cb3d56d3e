package dev.infraevents.pubsub.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushMessage;
import dev.infraevents.testkit.pubsub.PushResponse;
import dev.infraevents.testkit.pubsub.PushSender;
import dev.infraevents.testkit.pubsub.PushSubscription;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A stream of pushes over real HTTP while the keys change, or can not be had. */
@ExtendWith(LeakCheck.class)
final class PushVerifierRotationTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  // The verifier's alone: the sender lives in real time.
  private final VirtualTime time = new VirtualTime();
  private final PushSender pubsub = PushSender.start();
  private final PushVerifier verifier =
      PushVerifier.builder()
          .audience(pubsub.audience())
          .serviceAccount(pubsub.email())
          .certsUrl(pubsub.keys().jwksUrl())
          .timeSource(new TimeSource(InstantSource.system(), time::nanoTime, time))
          .build();
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void close() {
    pubsub.close();
    server.stop(0);
    threads.shutdown();
  }

  @Test
  void aRotationInTheMiddleOfTheStreamLosesNothing() {
    PushSubscription queue = pubsub.subscription(endpoint()).concurrency(4).start();
    publish(queue, 50);
    queue.awaitAcknowledged(50, PATIENCE);

    pubsub.keys().rotate();
    publish(queue, 50);
    queue.awaitPushes(51, PATIENCE); // refused, as the keys were fetched just now
    time.advance(Duration.ofSeconds(30));
    queue.awaitEmpty(PATIENCE);

    assertThat(queue.acknowledged()).hasSize(100);
    assertThat(statuses(queue)).containsExactlyInAnyOrder(204, 401);
    assertThat(pubsub.keys().fetches()).isEqualTo(2);
  }

  @Test
  void pushesComeAgainUntilTheKeysCanBeFetched() {
    pubsub.keys().inject(Fault.outage());
    PushSubscription queue = pubsub.subscription(endpoint()).concurrency(4).start();
    publish(queue, 20);
    queue.awaitPushes(40, PATIENCE);
    assertThat(statuses(queue)).containsExactly(503);

    pubsub.keys().heal();
    time.advance(Duration.ofSeconds(1));
    queue.awaitEmpty(PATIENCE);

    assertThat(queue.acknowledged()).hasSize(20);
    assertThat(statuses(queue)).containsExactlyInAnyOrder(204, 503);
    assertThat(pubsub.keys().fetches()).isOne();
  }

  @Test
  void anOutageOfTheKeysIsNotNoticedWhileTheyAreKnown() {
    PushSubscription queue = pubsub.subscription(endpoint()).concurrency(4).start();
    publish(queue, 20);
    queue.awaitEmpty(PATIENCE);
    pubsub.keys().inject(Fault.outage());
    time.advance(Duration.ofHours(12)); // their time is over
    publish(queue, 20);
    queue.awaitEmpty(PATIENCE);

    assertThat(statuses(queue)).containsExactly(204);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = exchange.getRequestHeaders().getOrDefault("Authorization", List.of());
      PushVerdict verdict = verifier.verify(headers);
      int status = verdict instanceof PushVerdict.Refused refused ? refused.status() : 204;
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private static void publish(PushSubscription queue, int count) {
    for (int i = 0; i < count; i++) {
      queue.publish(PushMessage.event("DEVICE_LAST_SEEN", "{}"));
    }
  }

  private static Set<Integer> statuses(PushSubscription queue) {
    return queue.pushes().stream()
        .map(PushSubscription.Push::response)
        .map(PushResponse::status)
        .collect(Collectors.toSet());
  }
}
