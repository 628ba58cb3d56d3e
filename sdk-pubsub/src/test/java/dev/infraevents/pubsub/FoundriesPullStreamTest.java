package dev.infraevents.pubsub;

import static dev.infraevents.pubsub.PullQueue.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.pubsub.v1.StreamingPullRequest;
import dev.infraevents.AckOutcome;
import dev.infraevents.Concurrency;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import dev.infraevents.testkit.pubsub.PubSubStream;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams end all the time: what becomes of them, and of what they have brought. */
@ExtendWith(LeakCheck.class)
class FoundriesPullStreamTest {

  private final Map<String, Delivery> open = new ConcurrentHashMap<>(); // by device

  // The client opens the next one at once, a hundred times a second.
  @Test
  void aStreamThatEndsWellIsOpenedAgainAfterAPause() {
    var time = new VirtualTime();
    try (var queue = PullQueue.start();
        var source =
            queue.source().timeSource(new TimeSource(time.clock(), time::nanoTime, time)).build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      for (int i = 1; i <= 3; i++) {
        queue.awaitStreams(i);
        await().atMost(PATIENCE).until(() -> state(subscription) == SourceState.STREAMING);
        queue.subscription().endStreams(Status.OK);
        await().atMost(PATIENCE).until(() -> state(subscription) == SourceState.BACKING_OFF);
        assertThat(queue.pubsub().calls(PubSubMethod.STREAMING_PULL)).hasSize(i);
        time.advance(Duration.ofSeconds(1));
      }
      queue.awaitStreams(4);
    }
  }

  private static SourceState state(Subscription subscription) {
    return subscription.status().state();
  }

  // The client takes it for permanent, as no other UNAVAILABLE.
  @Test
  void aServerThatIsShutDownNowIsTriedAgain() {
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      queue.awaitStreams(1);
      queue.subscription().endStreams(FakePubSub.SHUTDOWN_NOW);
      queue.awaitStreams(2);
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(subscription.completion().toCompletableFuture()).isNotDone();
    }
  }

  // The limits of flow control are per stream.
  @Test
  void eachClientHasOneStream() {
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription = source.subscribe((event, delivery) -> {})) {
      for (int i = 1; i <= 3; i++) {
        queue.awaitStreams(i);
        queue.subscription().endStreams(Status.UNAVAILABLE);
      }
      queue.awaitStreams(4);
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(queue.pubsub().calls(PubSubMethod.STREAMING_PULL)).hasSize(4);
      assertThat(queue.pubsub().streams())
          .extracting(stream -> stream.requests().get(0))
          .extracting(StreamingPullRequest::getClientId)
          .doesNotHaveDuplicates();
      assertThat(subscription.stats().received()).isEqualTo(1);
    }
  }

  @Test
  void whatABrokenStreamHasBroughtIsStillSettled() {
    Queue<AckOutcome> outcomes = new ConcurrentLinkedQueue<>();
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription = source.subscribe(this::leaveOpen, unordered())) {
      String acked = queue.emit("acked");
      String nacked = queue.emit("nacked");
      await().atMost(PATIENCE).until(() -> open.size() == 2);
      queue.subscription().endStreams(Status.UNAVAILABLE);
      queue.awaitStreams(2);
      open.remove("acked").ack().thenAccept(outcomes::add);
      open.remove("nacked").nack(Duration.ZERO).thenAccept(outcomes::add);
      queue.awaitAcked(1);
      assertThat(queue.subscription().message(acked).deliveries()).hasSize(1);
      await().atMost(PATIENCE).until(() -> open.containsKey("nacked"));
      open.remove("nacked").ack().thenAccept(outcomes::add);
      queue.awaitAcked(2);
      assertThat(queue.subscription().message(nacked).deliveries())
          .extracting(delivered -> delivered.stream())
          .containsExactly(1, 2);
      assertThat(outcomes).containsOnly(AckOutcome.SENT).hasSize(3);
      awaitClients(1);
    }
  }

  // Each may bring as much as the buffer holds, so that would add up.
  @Test
  void noStreamIsOpenedWhileBrokenOnesHaveBroughtAsMuchAsTheBufferHolds() {
    DeliveryOptions options = unordered().toBuilder().buffer(2, 1 << 20).build();
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription = source.subscribe(this::leaveOpen, options)) {
      for (int i = 1; i <= 2; i++) {
        queue.awaitStreams(i);
        queue.emit("device-" + i);
        int brought = i;
        await().atMost(PATIENCE).until(() -> open.size() == brought);
        queue.subscription().endStreams(Status.UNAVAILABLE);
      }
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(subscription.status().lastError())
                      .hasMessageContaining("handlers still have 2 events"));
      assertThat(queue.pubsub().calls(PubSubMethod.STREAMING_PULL)).hasSize(2);

      open.remove("device-1").ack();
      queue.awaitStreams(3);
      open.remove("device-2").ack();
      queue.awaitAcked(2);
      assertThat(queue.subscription().nacked()).isEmpty();
      awaitClients(1);
    }
  }

  // The client forgets what it waits for the receipts of, brings later messages, and keeps the
  // leases of these.
  @Test
  void switchingExactlyOnceDeliveryOffLeavesNoMessageBehind() {
    Queue<String> devices = new ConcurrentLinkedQueue<>();
    var serverTime = new VirtualTime();
    try (var queue =
            PullQueue.start(
                FakePubSub.builder()
                    .timeSource(
                        new TimeSource(serverTime.clock(), serverTime::nanoTime, serverTime)),
                described -> described.exactlyOnce().ordered());
        var source = queue.source().build();
        var subscription = source.subscribe((event, delivery) -> devices.add(event.subject()))) {
      queue.awaitStreams(1);
      queue.pubsub().refuse(PubSubMethod.MODIFY_ACK_DEADLINE, Status.UNAVAILABLE);
      queue.emit("device-1", "key");
      queue.pubsub().await(s -> !s.calls(PubSubMethod.MODIFY_ACK_DEADLINE).isEmpty(), PATIENCE);
      queue.subscription().exactlyOnce(false);
      queue.emit("device-2", "key");
      queue.awaitStreams(2);
      queue.pubsub().heal();
      awaitClients(1);
      serverTime.advance(Duration.ofSeconds(61)); // the leases of the former client are over
      queue.awaitAcked(2);
      assertThat(devices).containsExactly("device-1", "device-2");
      assertThat(subscription.stats().received()).isEqualTo(2);
    }
  }

  // Emulators before 0.8.32 do not answer pings, and the client breaks such a stream.
  @Test
  void anEmulatorThatAnswersNoPingsKeepsItsStream() {
    try (var queue = PullQueue.start();
        var source = queue.source().build()) {
      queue.pubsub().answerPings(false);
      try (var subscription = source.subscribe((event, delivery) -> {})) {
        queue.awaitStreams(1);
        await().atMost(PATIENCE).until(() -> state(subscription) == SourceState.STREAMING);
        PubSubStream stream = queue.pubsub().streams().get(0);
        assertThat(stream.pings()).isPositive();
        assertThat(stream.isOpen()).isTrue();
        assertThat(queue.subscription().count(State.OUTSTANDING)).isZero();
      }
    }
  }

  private void leaveOpen(Event<?> event, Delivery delivery) {
    delivery.defer();
    open.put(String.valueOf(event.subject()), delivery);
  }

  private static DeliveryOptions unordered() {
    return DeliveryOptions.builder().concurrency(Concurrency.unordered(8)).build();
  }

  /** Waits until so many clients of Google's are left. */
  private static void awaitClients(long count) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("infra-events-pubsub"))
                        .count()
                    == count);
  }
}
