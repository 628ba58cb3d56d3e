package dev.infraevents.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.testing.ScriptedMessage;
import dev.infraevents.testing.ScriptedSource;
import dev.infraevents.testing.ScriptedSource.Kind;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a subscription does before its first connection and after its last event. */
@ExtendWith(LeakCheck.class)
class SubscriptionEndTest {

  private final VirtualTime time = new VirtualTime();
  private final ScriptedSource source = new ScriptedSource(Kind.ACK_ONLY, time);

  private static CompletableFuture<Void> closing(Subscription subscription, Duration drain) {
    return CompletableFuture.runAsync(() -> subscription.close(drain));
  }

  private static void await(CompletableFuture<Void> end) throws Exception {
    end.get(10, TimeUnit.SECONDS);
  }

  private Subscription connected() throws InterruptedException {
    Subscription subscription = source.subscribe((event, delivery) -> {});
    assertThat(subscription.awaitStreaming(Duration.ofSeconds(10))).isTrue();
    return subscription;
  }

  @Test
  void theConnectionIsKeptUntilItHasSaidWhatItStillHasToSay() throws Exception {
    source.finishingLate();
    Subscription subscription = connected();
    CompletableFuture<Void> end = closing(subscription, Duration.ofSeconds(30));
    Awaitility.await().until(source::isFinishing);
    assertThat(source.isDisconnected()).isFalse();
    assertThat(subscription.status().state()).isEqualTo(SourceState.DRAINING);
    source.finish();
    await(end);
    assertThat(source.isDisconnected()).isTrue();
    assertThat(subscription.status().state()).isEqualTo(SourceState.CLOSED);
    assertThat(time.pendingTasks()).isZero();
  }

  @Test
  void aServerThatDoesNotAnswerTheLastAcknowledgementsIsNotWaitedForForEver() throws Exception {
    source.finishingLate();
    CompletableFuture<Void> end = closing(connected(), Duration.ofSeconds(30));
    Awaitility.await().until(() -> source.isFinishing() && time.pendingTasks() > 0);
    assertThat(source.isDisconnected()).isFalse();
    Awaitility.await()
        .until(
            () -> {
              time.advance(Duration.ofSeconds(5));
              return source.isDisconnected();
            });
    await(end);
  }

  @Test
  void whoClosesWithoutDrainTimeDoesNotWaitForTheServer() throws Exception {
    source.finishingLate();
    await(closing(connected(), Duration.ZERO));
    assertThat(source.isFinishing()).isFalse();
    assertThat(source.isDisconnected()).isTrue();
  }

  @Test
  void aSecondCloseWithoutDrainTimeEndsTheWait() throws Exception {
    source.finishingLate();
    Subscription subscription = connected();
    CompletableFuture<Void> end = closing(subscription, Duration.ofSeconds(30));
    Awaitility.await().until(source::isFinishing);
    await(closing(subscription, Duration.ZERO));
    await(end);
    assertThat(source.isDisconnected()).isTrue();
  }

  @Test
  void theLastAcknowledgementIsMadeBeforeTheConnectionFinishes() throws Exception {
    source.finishingLate();
    var entered = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    Subscription subscription =
        source.subscribe(
            (event, delivery) -> {
              entered.countDown();
              gate.await();
            },
            DeliveryOptions.DEFAULT);
    assertThat(subscription.awaitStreaming(Duration.ofSeconds(10))).isTrue();
    ScriptedMessage message = new ScriptedMessage("a");
    source.send(message);
    assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> end = closing(subscription, Duration.ofSeconds(30));
    Awaitility.await().until(() -> subscription.status().state() == SourceState.DRAINING);
    assertThat(source.isFinishing()).isFalse();
    gate.countDown();
    Awaitility.await().until(source::isFinishing);
    assertThat(subscription.stats().delivered()).isEqualTo(1);
    source.finish();
    await(end);
  }

  @Test
  void aSourceDecidesWhenItsSubscriptionsStart() throws Exception {
    source.startingLate();
    Subscription subscription = source.subscribe((event, delivery) -> {});
    assertThat(source.isConnected()).isFalse();
    source.start();
    assertThat(subscription.awaitStreaming(Duration.ofSeconds(10))).isTrue();
    source.close();
  }

  @Test
  void aSubscriptionThatIsClosedBeforeItsStartDoesNotConnect() {
    source.startingLate();
    Subscription subscription = source.subscribe((event, delivery) -> {});
    subscription.close();
    source.start();
    assertThat(source.isConnected()).isFalse();
    assertThat(subscription.status().state()).isEqualTo(SourceState.CLOSED);
  }
}
