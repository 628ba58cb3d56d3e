package dev.infraevents.pubsub;

import static dev.infraevents.pubsub.PullQueue.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AckOutcome;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.MessageSettlement;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.NewSubscription;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import io.grpc.Status;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a handler is told where Pub/Sub says what has become of acknowledgements. */
@ExtendWith(LeakCheck.class)
class FoundriesPullExactlyOnceTest implements EventHandler<FoundriesPayload> {

  private final Queue<AckOutcome> outcomes = new ConcurrentLinkedQueue<>();

  @Override
  public void handle(Event<FoundriesPayload> event, Delivery delivery) {
    delivery.ack().thenAccept(outcomes::add);
  }

  @Test
  void anAcknowledgementIsConfirmed() {
    try (var queue = PullQueue.start(NewSubscription::exactlyOnce);
        var source = queue.source().build();
        var subscription = source.subscribe(this)) {
      queue.emit("device-1");
      awaitOutcome();
      assertThat(outcomes).containsExactly(AckOutcome.CONFIRMED);
      queue.awaitAcked(1);
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }

  @Test
  void anAcknowledgementThatIsTooLateIsTold() {
    try (var queue = PullQueue.start(NewSubscription::exactlyOnce);
        var source = queue.source().build();
        var subscription = source.subscribe(this)) {
      queue.subscription().failAcks(1, "PERMANENT_FAILURE_INVALID_ACK_ID");
      queue.emit("device-1");
      awaitOutcome();
      assertThat(outcomes).containsExactly(AckOutcome.DEADLINE_PASSED);
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }

  @Test
  void whatFailsForAMomentIsSentAgainAndThenConfirmed() {
    try (var queue = PullQueue.start(NewSubscription::exactlyOnce);
        var source = queue.source().build();
        var subscription = source.subscribe(this)) {
      queue.subscription().failAcks(2, "TRANSIENT_FAILURE_SERVICE_UNAVAILABLE");
      String id = queue.emit("device-1");
      awaitOutcome();
      assertThat(outcomes).containsExactly(AckOutcome.CONFIRMED);
      assertThat(queue.settlements(id, Kind.ACK))
          .extracting(MessageSettlement::counted)
          .containsExactly(false, false, true);
      assertThat(subscription.stats().delivered()).isEqualTo(1);
    }
  }

  @Test
  void anAcknowledgementThatIsRefusedIsTold() {
    try (var queue = PullQueue.start(NewSubscription::exactlyOnce);
        var source = queue.source().build();
        var subscription = source.subscribe(this)) {
      queue.pubsub().refuse(PubSubMethod.ACKNOWLEDGE, Status.PERMISSION_DENIED);
      queue.emit("device-1");
      awaitOutcome();
      assertThat(outcomes).containsExactly(AckOutcome.REFUSED);
      assertThat(subscription.completion().toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void whoStillWaitsWhenTheSubscriptionIsClosedIsTold() {
    try (var queue = PullQueue.start(NewSubscription::exactlyOnce);
        var source = queue.source().build();
        var subscription = source.subscribe(this)) {
      queue.subscription().failAcks(1_000_000, "TRANSIENT_FAILURE_SERVICE_UNAVAILABLE");
      String id = queue.emit("device-1");
      queue.awaitSettlements(id, Kind.ACK, 2);
      assertThat(outcomes).isEmpty();
      subscription.close();
      awaitOutcome();
      assertThat(outcomes).doesNotContain(AckOutcome.CONFIRMED, AckOutcome.SENT);
    }
  }

  private void awaitOutcome() {
    await().atMost(PATIENCE).until(() -> outcomes.size() == 1);
  }
}
