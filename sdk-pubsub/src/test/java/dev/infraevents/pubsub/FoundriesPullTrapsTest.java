package dev.infraevents.pubsub;

import static dev.infraevents.pubsub.PullQueue.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.AckOutcome;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.MessageDelivery;
import dev.infraevents.testkit.pubsub.MessageSettlement;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Google's client does to messages and handlers, and this one does not. */
@ExtendWith(LeakCheck.class)
class FoundriesPullTrapsTest {

  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  // The client swallows it and holds the message for an hour.
  @Test
  void anErrorInTheHandlerIsNackedWithinASecond() {
    List<Duration> pauses = new ArrayList<>();
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  if (seen.add(event.id())) {
                    throw new StackOverflowError("on purpose");
                  }
                })) {
      for (int i = 1; i <= 7; i++) {
        String id = queue.emit("device-" + i);
        queue.awaitAcked(i);
        MessageDelivery delivered = queue.subscription().message(id).deliveries().get(0);
        MessageSettlement nack = queue.settlements(id, Kind.NACK).get(0);
        assertThat(nack.ackId()).isEqualTo(delivered.ackId());
        pauses.add(Duration.between(delivered.at(), nack.at()));
      }
      assertThat(subscription.stats().failed()).isEqualTo(7);
    }
    Collections.sort(pauses);
    assertThat(pauses.get(3)).as("the median of %s", pauses).isLessThan(Duration.ofSeconds(1));
  }

  // The future of an acknowledgement that failed never completes.
  @Test
  void anAcknowledgementThatFailsLetsNobodyWait() {
    Queue<CompletableFuture<AckOutcome>> outcomes = new ConcurrentLinkedQueue<>();
    try (var queue = PullQueue.start();
        var source = queue.source().build()) {
      queue.pubsub().refuse(PubSubMethod.ACKNOWLEDGE, Status.INTERNAL);
      var subscription =
          source.subscribe((event, delivery) -> outcomes.add(delivery.ack().toCompletableFuture()));
      queue.emit("device-1");
      queue.pubsub().await(s -> !s.calls(PubSubMethod.ACKNOWLEDGE).isEmpty(), PATIENCE);
      assertThat(outcomes)
          .singleElement()
          .satisfies(o -> assertThat(o).isCompletedWithValue(AckOutcome.SENT));
      subscription.close();
      assertThat(subscription.completion().toCompletableFuture()).isCompleted();
      assertThat(queue.subscription().count(State.ACKED)).isZero();
    }
  }

  @Test
  void whatIsHeldLongerThanItsDeadlineIsExtended() {
    var release = new CountDownLatch(1);
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription = source.subscribe((event, delivery) -> release.await())) {
      String id = queue.emit("device-1");
      // The first is the receipt, which asks for ten seconds; the second follows after five.
      queue.awaitSettlements(id, Kind.EXTENSION, 2);
      release.countDown();
      queue.awaitAcked(1);
      assertThat(queue.subscription().message(id).deliveries()).hasSize(1);
      assertThat(subscription.stats().deduplicated()).isZero();
    }
  }

  @Test
  void moreTimeIsGrantedUpToTheLongestLease() {
    Queue<AckOutcome> outcomes = new ConcurrentLinkedQueue<>();
    try (var queue = PullQueue.start();
        var source = queue.source().maxLease(Duration.ofMinutes(5)).build();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  assertThat(delivery.deadline())
                      .isEqualTo(event.receivedAt().plus(Duration.ofMinutes(5)));
                  delivery.extend(Duration.ofMinutes(1)).thenAccept(outcomes::add);
                  delivery.extend(Duration.ofMinutes(6)).thenAccept(outcomes::add);
                })) {
      queue.emit("device-1");
      queue.awaitAcked(1);
      assertThat(outcomes).containsExactly(AckOutcome.SENT, AckOutcome.REFUSED);
      assertThat(subscription.stats().failed()).isZero();
    }
  }

  // Pub/Sub knows no delay.
  @Test
  void aNackWithADelayIsHeldBackThatLong() {
    var time = new VirtualTime();
    try (var queue = PullQueue.start();
        var source =
            queue.source().timeSource(new TimeSource(time.clock(), time::nanoTime, time)).build();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  if (seen.add(event.id())) {
                    boolean slow = "slow".equals(event.subject());
                    delivery.nack(slow ? Duration.ofSeconds(20) : Duration.ZERO);
                  }
                })) {
      String slow = queue.emit("slow");
      queue.emit("quick");
      queue.awaitAcked(1);
      time.advance(Duration.ofSeconds(20).minusMillis(1));
      queue.emit("quick");
      queue.awaitAcked(2);
      assertThat(queue.settlements(slow, Kind.NACK)).isEmpty();
      time.advance(Duration.ofMillis(1));
      queue.awaitAcked(3);
      assertThat(queue.settlements(slow, Kind.NACK)).hasSize(1);
      assertThat(subscription.stats().delivered()).isEqualTo(6);
    }
  }

  // The client counts in an attribute of its own making.
  @Test
  void theAttemptIsCountedAndTheAttributeOfTheClientIsNotShown() {
    Queue<Event<FoundriesPayload>> events = new ConcurrentLinkedQueue<>();
    Queue<Integer> attempts = new ConcurrentLinkedQueue<>();
    try (var queue = PullQueue.start();
        var source = queue.source("counted").emulator(queue.pubsub().emulatorHost()).build()) {
      var letters = queue.pubsub().createTopic("letters");
      var counted =
          queue.pubsub().newSubscription("counted", "factory").deadLetter(letters, 5).create();
      try (var subscription =
          source.subscribe(
              (event, delivery) -> {
                events.add(event);
                attempts.add(delivery.attempt());
                if (attempts.size() < 3) {
                  throw new IllegalStateException("on purpose");
                }
              })) {
        String id = queue.emit("device-1");
        counted.await(s -> s.count(State.ACKED) == 1, PATIENCE);
        assertThat(attempts).containsExactly(1, 2, 3);
        PubsubMessage sent = counted.message(id).message();
        assertThat(events)
            .allSatisfy(
                event -> {
                  assertThat(event.attributes().keySet()).noneMatch(name -> name.contains("goog"));
                  assertThat(PubsubMessage.parseFrom(event.raw().toByteArray())).isEqualTo(sent);
                });
        assertThat(subscription.stats().failed()).isEqualTo(2);
      }
    }
  }

  @Test
  void noMoreIsBroughtThanTheOptionsBound() {
    var release = new CountDownLatch(1);
    var options = DeliveryOptions.builder().buffer(7, 12_000_000).build();
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription = source.subscribe((event, delivery) -> release.await(), options)) {
      for (int i = 0; i < 30; i++) {
        queue.emit("device-" + i);
      }
      await().atMost(PATIENCE).until(() -> subscription.stats().inFlight() == 7);
      assertThat(queue.subscription().count(State.OUTSTANDING)).isEqualTo(7);
      assertThat(queue.subscription().streams().get(0).requests().get(0))
          .satisfies(
              first -> {
                assertThat(first.getMaxOutstandingMessages()).isEqualTo(7);
                assertThat(first.getMaxOutstandingBytes()).isEqualTo(12_000_000);
              });
      release.countDown();
      queue.awaitAcked(30);
    }
  }

  // With a smaller bound it would never be delivered.
  @Test
  void theLargestMessageOfPubSubIsBroughtWhateverTheBounds() {
    var options = DeliveryOptions.builder().buffer(10, 1000).build();
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription = source.subscribe((event, delivery) -> {}, options)) {
      queue.emit("x".repeat(9_900_000));
      queue.awaitAcked(1);
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }
}
