package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AckOutcome;
import dev.infraevents.Backoff;
import dev.infraevents.Concurrency;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceSignal.Closed;
import dev.infraevents.SourceSignal.HandlerFailed;
import dev.infraevents.SourceState;
import dev.infraevents.testing.ScriptedMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CloseTest extends EngineTest {

  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  /** Closes in the background, and returns when no more messages are taken. */
  private CompletableFuture<Void> closing(Duration drain) {
    CompletableFuture<Void> closing = inBackground(() -> subscription().close(drain));
    awaitDraining();
    return closing;
  }

  private void awaitDraining() {
    eventually().until(() -> subscription().status().state() == SourceState.DRAINING);
  }

  private void awaitEnd() {
    eventually().until(() -> subscription().completion().toCompletableFuture().isDone());
  }

  @Test
  void closeFinishesWhatWasTakenAndTakesNothingMore() {
    subscribe(AT_LEAST_ONCE);
    handler.hold("a");
    List<ScriptedMessage> sent = send("a", "b");

    CompletableFuture<Void> closing = closing(TEN_SECONDS);
    ScriptedMessage late = message("late");
    assertThat(source().send(late)).isFalse();
    assertThat(source().isDisconnected()).as("acks can still go out").isFalse();
    handler.release("a");
    closing.join();

    assertThat(sent).allSatisfy(message -> assertThat(message.settled()).containsExactly("ack"));
    assertThat(late.settled()).isEmpty();
    assertThat(subscription().status().state()).isEqualTo(SourceState.CLOSED);
    books().delivered(2).show(2);
  }

  @Test
  void closeWithNothingToDoReturnsAtOnce() {
    subscribe(AT_MOST_ONCE);

    subscription().close();

    assertThat(subscription().completion().toCompletableFuture()).isCompleted();
    assertThat(source().isReleased()).isTrue();
    handler.awaitSignals(Closed.class, 1);
    books().show(0);
  }

  @Test
  void whatIsNotSettledWithinTheDrainTimeIsGivenUpAndNeverAcknowledged() {
    subscribe(AT_LEAST_ONCE, options -> options.drainTimeout(TEN_SECONDS));
    handler.on("a", (event, delivery) -> delivery.defer());
    List<ScriptedMessage> sent = send("a", "b");
    handler.awaitEnded("a");

    CompletableFuture<Void> closing = inBackground(() -> subscription().close());
    awaitDraining();
    awaitTimerAndAdvance(TEN_SECONDS);
    closing.join();

    assertThat(outcome(handler.delivery("a").ack())).isEqualTo(AckOutcome.STREAM_GONE);
    assertThat(sent).allSatisfy(message -> assertThat(message.settled()).isEmpty());
    assertThat(handler.started()).containsExactly("a");
    books().dropped(2).show(2);
  }

  @Test
  void aHandlerThatOutlivesTheDrainTimeIsInterruptedAndItsEventIsNotAcknowledged() {
    subscribe(AT_LEAST_ONCE);
    var interrupted = new AtomicBoolean();
    var never = new CountDownLatch(1);
    handler.on(
        "a",
        (event, delivery) -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            interrupted.set(true);
          }
        });
    ScriptedMessage a = send(message("a"));
    handler.awaitStarted("a");

    CompletableFuture<Void> closing = closing(TEN_SECONDS);
    awaitTimerAndAdvance(TEN_SECONDS);
    closing.join();
    handler.awaitEnded("a");

    assertThat(interrupted).isTrue();
    assertThat(a.settled()).isEmpty();
    books().dropped(1).show(1);
  }

  @Test
  void aHandlerThatIsInterruptedByCloseHasNotFailed() {
    subscribe(AT_MOST_ONCE);
    handler.hold("a");
    send("a");
    handler.awaitStarted("a");

    subscription().close(NOW);
    handler.awaitEnded("a");

    assertThat(handler.signals(HandlerFailed.class)).isEmpty();
    assertThat(deadLetters).isEmpty();
    books().dropped(1).show(1);
  }

  @Test
  void closeWithoutDrainGivesUpEverythingAtOnce() {
    subscribe(AT_LEAST_ONCE, options -> options.concurrency(Concurrency.keyed(2)));
    handler.on("a", (event, delivery) -> delivery.defer());
    handler.hold("b");
    List<ScriptedMessage> sent = send("a", "b", "c", "d");
    handler.awaitStarted("a", "b");

    subscription().close(NOW);

    assertThat(sent).allSatisfy(message -> assertThat(message.settled()).isEmpty());
    assertThat(handler.started()).containsExactlyInAnyOrder("a", "b");
    books().dropped(4).show(4);
  }

  @Test
  void closeFromInsideTheHandlerReturnsAtOnceAndTheEventIsStillAcknowledged() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> subscription().close());

    List<ScriptedMessage> sent = send("a");
    awaitEnd();

    assertThat(sent.get(0).settled()).containsExactly("ack");
    books().delivered(1).show(1);
  }

  @Test
  void closeWithoutDrainFromInsideTheHandlerLeavesItsEventUnsettled() {
    subscribe(AT_LEAST_ONCE);
    var bothSent = new CountDownLatch(1);
    handler.on(
        "a",
        (event, delivery) -> {
          join(bothSent);
          subscription().close(NOW);
        });

    List<ScriptedMessage> sent = send("a", "b");
    bothSent.countDown();
    awaitEnd();
    handler.awaitEnded("a");

    assertThat(sent).allSatisfy(message -> assertThat(message.settled()).isEmpty());
    assertThat(handler.started()).containsExactly("a");
    books().dropped(2).show(2);
  }

  @Test
  void closeFromInsideTheDeadLetterCallbackReturnsAtOnce() {
    subscribe(AT_MOST_ONCE, options -> options.deadLetters(dead -> subscription().close()));
    handler.on(
        "a",
        (event, delivery) -> {
          throw new IllegalStateException("bad");
        });

    send("a");
    awaitEnd();

    books().delivered(1).failed(1).show(1);
  }

  @Test
  void closeFromInsideTheSignalListenerReturnsAtOnce() {
    subscribe(AT_MOST_ONCE);
    // The one that says that it is connected would close it before the event.
    handler.onEverySignal(
        () -> {
          if (!handler.signals(HandlerFailed.class).isEmpty()) {
            subscription().close();
          }
        });
    handler.on(
        "a",
        (event, delivery) -> {
          throw new IllegalStateException("for a signal");
        });

    send("a");
    awaitEnd();

    handler.awaitSignals(Closed.class, 1);
    books().delivered(1).failed(1).show(1);
  }

  @Test
  void closeFromTwoThreadsAtOnceEndsOnceForBoth() {
    subscribe(AT_LEAST_ONCE);
    handler.hold("a");
    ScriptedMessage a = send(message("a"));
    handler.awaitStarted("a");

    CompletableFuture<Void> one = inBackground(() -> subscription().close(TEN_SECONDS));
    CompletableFuture<Void> two = inBackground(() -> subscription().close(TEN_SECONDS));
    awaitDraining();
    handler.release("a");
    one.join();
    two.join();

    assertThat(a.settled()).containsExactly("ack");
    handler.awaitSignals(Closed.class, 1);
    books().delivered(1).show(1);
  }

  @Test
  void idleSubscriptionsCanBeClosedFromManyThreadsAtOnce() {
    for (int round = 0; round < 200; round++) {
      var subscription = subscribe(AT_MOST_ONCE);
      var go = new CountDownLatch(1);
      CompletableFuture<Void> other =
          inBackground(
              () -> {
                join(go);
                subscription.close();
              });
      go.countDown();
      subscription.close();
      other.join();
      assertThat(subscription.status().state()).isEqualTo(SourceState.CLOSED);
      assertThat(subscription.completion().toCompletableFuture()).isCompleted();
    }
  }

  @Test
  void closeIsIdempotent() {
    subscribe(AT_MOST_ONCE);
    send("a");
    awaitIdle();

    subscription().close();
    subscription().close();
    subscription().close(NOW);

    handler.awaitSignals(Closed.class, 1);
    books().delivered(1).show(1);
  }

  @Test
  void aSecondCloseCanShortenTheFirst() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.defer());
    ScriptedMessage a = send(message("a"));
    handler.awaitEnded("a");

    CompletableFuture<Void> patient = closing(Duration.ofDays(1));
    subscription().close(NOW);
    patient.join();

    assertThat(a.settled()).isEmpty();
    books().dropped(1).show(1);
  }

  @Test
  void closeCanWaitForEver() {
    subscribe(AT_LEAST_ONCE);
    handler.hold("a");
    ScriptedMessage a = send(message("a"));

    CompletableFuture<Void> closing = closing(Duration.ofSeconds(Long.MAX_VALUE));
    handler.release("a");
    closing.join();

    assertThat(a.settled()).containsExactly("ack");
    books().delivered(1).show(1);
  }

  @Test
  void anEventThatWaitsForItsNextTryIsTriedWhileDraining() {
    subscribe(AT_LEAST_ONCE, options -> options.retry(2, new Backoff(SECOND, SECOND)));
    handler.on(
        "a",
        (event, delivery) -> {
          if (delivery.attempt() == 1) {
            throw new IllegalStateException("the first time");
          }
        });
    ScriptedMessage a = send(message("a"));
    eventually().until(() -> subscription().stats().retried() == 1);

    CompletableFuture<Void> closing = closing(TEN_SECONDS);
    awaitTimerAndAdvance(SECOND);
    closing.join();

    assertThat(a.settled()).containsExactly("ack");
    books().delivered(1).retried(1).show(1);
  }

  @Test
  void anEventThatWaitsForItsNextTryIsGivenUpAfterTheDrainTime() {
    Backoff day = new Backoff(Duration.ofDays(1), Duration.ofDays(1));
    subscribe(AT_LEAST_ONCE, options -> options.retry(2, day));
    handler.on(
        "a",
        (event, delivery) -> {
          throw new IllegalStateException("bad");
        });
    ScriptedMessage a = send(message("a"));
    eventually().until(() -> subscription().stats().retried() == 1);

    subscription().close(NOW);

    assertThat(a.settled()).isEmpty();
    books().dropped(1).retried(1).show(1);
  }

  @Test
  void nothingIsSignalledAfterClosed() {
    subscribe(AT_MOST_ONCE);
    var goOn = new CountDownLatch(1);
    handler.on(
        "a",
        (event, delivery) -> {
          boolean waiting = true;
          while (waiting) { // deaf to its interrupt
            try {
              goOn.await();
              waiting = false;
            } catch (InterruptedException e) {
              delivery.attempt();
            }
          }
          throw new IllegalStateException("after close");
        });
    send("a");
    handler.awaitStarted("a");

    CompletableFuture<Void> releasing =
        subscription().completion().toCompletableFuture().thenRun(goOn::countDown);
    subscription().close(NOW); // returns when the handler's thread has ended
    releasing.join();

    List<SourceSignal> signals = handler.signals();
    assertThat(signals.get(signals.size() - 1)).isInstanceOf(Closed.class);
    books().dropped(1).show(1);
  }
}
