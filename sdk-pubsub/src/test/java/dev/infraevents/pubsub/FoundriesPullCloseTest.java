package dev.infraevents.pubsub;

import static dev.infraevents.pubsub.PullQueue.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AckOutcome;
import dev.infraevents.Concurrency;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Google's client waits without a limit, or drops what it holds without a word. */
@ExtendWith(LeakCheck.class)
class FoundriesPullCloseTest {

  /** Far less than the hour for which a client would wait, far more than it takes. */
  private static final Duration BOUND = Duration.ofSeconds(25);

  @Test
  void closeLeavesAHandlerThatHangsAndOthersGetItsMessagesAtOnce() {
    var release = new CountDownLatch(1);
    try (var queue = PullQueue.start();
        var source = queue.source().build();
        var another = queue.source().build()) {
      var subscription = source.subscribe((event, delivery) -> hang(release));
      List<String> ids = emit(queue, 5);
      await().atMost(PATIENCE).until(() -> subscription.stats().inFlight() == 5);

      long begin = System.nanoTime();
      subscription.close(Duration.ofMillis(100));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
      release.countDown();

      assertThat(subscription.completion().toCompletableFuture()).isCompleted();
      assertThat(queue.subscription().nacked()).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(subscription.stats().dropped()).isEqualTo(5);
      // Within a minute, which is how long the leases would have lasted.
      try (var rest = another.subscribe((event, delivery) -> {})) {
        queue.awaitAcked(5);
        assertThat(rest.stats().delivered()).isEqualTo(5);
      }
    }
  }

  @Test
  void closeGivesBackWhatWasDeferredAndTellsWhoSettlesItLater() {
    Queue<Delivery> open = new ConcurrentLinkedQueue<>();
    try (var queue = PullQueue.start();
        var source = queue.source().build()) {
      var subscription =
          source.subscribe(
              (event, delivery) -> {
                delivery.defer();
                open.add(delivery);
              },
              DeliveryOptions.builder().concurrency(Concurrency.unordered(3)).build());
      List<String> ids = emit(queue, 3);
      await().atMost(PATIENCE).until(() -> open.size() == 3);
      subscription.close(Duration.ZERO);
      assertThat(open)
          .allSatisfy(
              delivery ->
                  assertThat(delivery.ack().toCompletableFuture())
                      .isCompletedWithValue(AckOutcome.STREAM_GONE));
      queue.subscription().await(q -> q.nacked().size() == 3, PATIENCE);
      assertThat(queue.subscription().nacked()).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(queue.subscription().acked()).isEmpty();
    }
  }

  @Test
  void closeFinishesWhatItCanAndSendsTheLastAcknowledgements() {
    var release = new CountDownLatch(1);
    try (var queue = PullQueue.start();
        var source = queue.source().build()) {
      var subscription = source.subscribe((event, delivery) -> release.await());
      emit(queue, 20);
      await().atMost(PATIENCE).until(() -> subscription.stats().inFlight() == 20);
      var closing = new Thread(() -> subscription.close(PATIENCE), "closing");
      closing.start();
      queue
          .pubsub()
          .await(s -> s.streams().stream().noneMatch(stream -> stream.isOpen()), PATIENCE);
      release.countDown();
      queue.awaitAcked(20);
      await().atMost(PATIENCE).until(() -> !closing.isAlive());
      assertThat(subscription.stats().delivered()).isEqualTo(20);
      assertThat(queue.subscription().nacked()).isEmpty();
    }
  }

  @Test
  void closeDoesNotWaitForAServerThatAnswersNoAcknowledgement() {
    try (var queue = PullQueue.start();
        var source = queue.source().build()) {
      queue.pubsub().refuse(PubSubMethod.ACKNOWLEDGE, Status.UNAVAILABLE);
      var subscription = source.subscribe((event, delivery) -> {});
      emit(queue, 3);
      queue.pubsub().await(s -> !s.calls(PubSubMethod.ACKNOWLEDGE).isEmpty(), PATIENCE);
      long begin = System.nanoTime();
      subscription.close();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
      assertThat(queue.subscription().count(State.ACKED)).isZero();
    }
  }

  @Test
  void closeDoesNotWaitForAServerThatIsGone() {
    try (var queue = PullQueue.start();
        var source = queue.source().build()) {
      var subscription = source.subscribe((event, delivery) -> {});
      emit(queue, 1);
      queue.awaitAcked(1);
      queue.pubsub().inject(Fault.outage());
      long begin = System.nanoTime();
      subscription.close();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BOUND);
    }
  }

  @Test
  void aHandlerMayCloseItsOwnSubscription() {
    try (var queue = PullQueue.start();
        var source = queue.source().build()) {
      var subscription = source.subscribe((event, delivery) -> source.close());
      String id = queue.emit("device-1");
      await()
          .atMost(PATIENCE)
          .until(() -> subscription.completion().toCompletableFuture().isDone());
      queue.awaitAcked(1);
      assertThat(queue.settlements(id, Kind.ACK)).hasSize(1);
    }
  }

  private static List<String> emit(PullQueue queue, int messages) {
    List<String> ids = new ArrayList<>();
    for (int i = 1; i <= messages; i++) {
      ids.add(queue.emit("device-" + i));
    }
    return ids;
  }

  // Whatever interrupts it.
  private static void hang(CountDownLatch release) {
    while (release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException e) {
        // As many handlers do.
      }
    }
  }
}
