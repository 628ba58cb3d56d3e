package dev.infraevents.pubsub;

import static dev.infraevents.pubsub.PullQueue.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.Concurrency;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.NewSubscription;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages of one ordering key, whose devices differ: nothing but the key keeps their order. */
@ExtendWith(LeakCheck.class)
class FoundriesPullOrderTest {

  private static final DeliveryOptions UNORDERED =
      DeliveryOptions.builder().concurrency(Concurrency.unordered(8)).build();

  private final Queue<String> handled = new ConcurrentLinkedQueue<>();
  private final Map<String, Delivery> open = new ConcurrentHashMap<>();

  @Test
  void messagesOfAKeyAreHandledInOrderAndThoseOfOthersBesideThem() {
    try (var queue = PullQueue.start(NewSubscription::ordered);
        var source = queue.source().build();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  if ("held".equals(event.subject())) {
                    delivery.defer();
                    open.put("held", delivery);
                  } else {
                    handled.add(String.valueOf(event.subject()));
                  }
                },
                UNORDERED)) {
      queue.emit("held", "a");
      queue.emit("a-1", "a");
      IntStream.range(0, 50).forEach(i -> queue.emit("b-" + i, "b"));
      await().atMost(PATIENCE).until(() -> handled.size() == 50);
      assertThat(handled)
          .containsExactlyElementsOf(IntStream.range(0, 50).mapToObj(i -> "b-" + i).toList());
      open.get("held").ack();
      queue.awaitAcked(52);
      assertThat(handled).last().isEqualTo("a-1");
      assertThat(subscription.stats().received()).isEqualTo(52);
    }
  }

  // The client goes on with what it has, and with what comes until the nack is sent.
  @Test
  void whatFollowsAFailedMessageIsHandledAfterIt() {
    try (var queue = PullQueue.start(NewSubscription::ordered);
        var source = queue.source().build();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  if ("device-0".equals(event.subject()) && open.isEmpty()) {
                    open.put("device-0", delivery);
                    delivery.defer();
                  } else {
                    handled.add(String.valueOf(event.subject()));
                  }
                },
                UNORDERED)) {
      List<String> ids =
          IntStream.range(0, 10).mapToObj(i -> queue.emit("device-" + i, "key")).toList();
      queue.subscription().await(q -> q.count(State.OUTSTANDING) == 10, PATIENCE);
      await().atMost(PATIENCE).until(() -> open.size() == 1);
      open.get("device-0").nack(Duration.ZERO);
      String late = queue.emit("device-10", "key"); // arrives before the nack is sent
      queue.awaitAcked(11);
      assertThat(handled)
          .containsExactlyElementsOf(IntStream.range(0, 11).mapToObj(i -> "device-" + i).toList());
      assertThat(queue.settlements(ids.get(9), Kind.NACK)).isNotEmpty();
      assertThat(queue.settlements(late, Kind.ACK)).isNotEmpty();
      assertThat(subscription.stats().received()).isEqualTo(12); // the failed one twice
    }
  }

  @Test
  void aNackWithADelayHoldsBackWhatFollows() {
    try (var queue = PullQueue.start(NewSubscription::ordered);
        var source = queue.source().build();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  handled.add(String.valueOf(event.subject()));
                  if (handled.size() == 1) {
                    delivery.nack(Duration.ofMillis(300));
                  }
                },
                UNORDERED)) {
      queue.emit("device-1", "key");
      queue.emit("device-2", "key");
      queue.awaitAcked(2);
      assertThat(handled).containsExactly("device-1", "device-1", "device-2");
      assertThat(subscription.stats().failed()).isEqualTo(1);
    }
  }

  @Test
  void aKeyDoesNotMatterWhereTheSubscriptionIsNotOrdered() {
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  delivery.defer();
                  open.put(String.valueOf(event.subject()), delivery);
                },
                UNORDERED)) {
      queue.emit("device-1", "key");
      queue.emit("device-2", "key");
      await().atMost(PATIENCE).until(() -> open.size() == 2);
      open.values().forEach(Delivery::ack);
      queue.awaitAcked(2);
      assertThat(subscription.stats().delivered()).isEqualTo(2);
    }
  }
}
