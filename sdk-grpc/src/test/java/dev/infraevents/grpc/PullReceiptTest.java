package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AckOutcome;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.SourceState;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A handler waits for what becomes of its acknowledgement, whose receipt is behind other things.
 */
@ExtendWith(LeakCheck.class)
class PullReceiptTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ROOM = 10;
  private static final DeliveryOptions SMALL =
      DeliveryOptions.builder().buffer(ROOM, 1 << 20).build();

  private final FakeEngFlow fake = FakeEngFlow.builder().announceCalls().start();
  private final Queue<AckOutcome> outcomes = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    fake.close();
  }

  private EngFlowEventSource source() {
    return EngFlowEventSource.builder().endpoint(fake.url()).build();
  }

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      fake.queue().about("ci/" + i).buildStarted();
    }
  }

  private void ackAndWait(Delivery delivery) throws Exception {
    outcomes.add(delivery.ack().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void aHandlerThatWaitsForItsReceiptDoesNotStandInTheWayOfIt() {
    publish(100);
    try (var source = source();
        var subscription = source.subscribe((event, delivery) -> ackAndWait(delivery), SMALL)) {
      fake.queue().await(queue -> queue.count(State.ACKED) == 100, PATIENCE);
      subscription.close();
      assertThat(outcomes).hasSize(100);
      assertThat(Set.of(AckOutcome.CONFIRMED, AckOutcome.SENT)).containsAll(outcomes);
    }
  }

  @Test
  void receiptsAreReadBehindNotificationsThatComeTooLateToBeHandled() throws Exception {
    publish(100);
    var draining = new CountDownLatch(1);
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  draining.await();
                  ackAndWait(delivery);
                },
                SMALL)) {
      await().atMost(PATIENCE).until(() -> subscription.stats().inFlight() == ROOM);
      var closing = CompletableFuture.runAsync(() -> subscription.close(PATIENCE));
      await().atMost(PATIENCE).until(() -> subscription.status().state() == SourceState.DRAINING);
      draining.countDown();
      closing.join();
      assertThat(outcomes).hasSize(ROOM).containsOnly(AckOutcome.CONFIRMED);
      assertThat(fake.queue().count(State.ACKED)).isEqualTo(ROOM);
    }
  }
}
