package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Backoff;
import dev.infraevents.Delivery;
import dev.infraevents.SourceSignal.HandlerFailed;
import dev.infraevents.testing.ScriptedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RetryTest extends EngineTest {

  private static final Backoff BACKOFF = new Backoff(SECOND, Duration.ofSeconds(4));

  private void failOn(String id) {
    handler.on(id, (event, delivery) -> fail());
  }

  private static void fail() {
    throw new IllegalStateException("bad");
  }

  @Test
  void aFailedEventIsTriedAgainAfterABackoffUntilItSucceeds() {
    subscribe(AT_LEAST_ONCE, options -> options.retry(3, BACKOFF));
    List<Integer> attempts = new CopyOnWriteArrayList<>();
    handler.otherwise(
        (event, delivery) -> {
          attempts.add(delivery.attempt());
          if (delivery.attempt() < 3) {
            fail();
          }
        });

    ScriptedMessage a = send(message("a"));
    eventually()
        .until(
            () -> {
              time.advance(SECOND);
              return subscription().stats().inFlight() == 0;
            });

    assertThat(attempts).containsExactly(1, 2, 3);
    assertThat(a.settled()).containsExactly("ack");
    assertThat(handler.signals(HandlerFailed.class)).isEmpty();
    books().delivered(1).retried(2).show(1);
  }

  @Test
  void attemptsGoOnFromTheNumberOfTheSource() {
    subscribe(AT_LEAST_ONCE, options -> options.retry(2, BACKOFF));
    List<Integer> attempts = new CopyOnWriteArrayList<>();
    handler.otherwise(
        (event, delivery) -> {
          attempts.add(delivery.attempt());
          fail();
        });

    send(message("a").attempt(5));
    awaitTimerAndAdvance(SECOND);
    awaitIdle();

    assertThat(attempts).containsExactly(5, 6);
    books().delivered(1).failed(1).retried(1).show(1);
  }

  @Test
  void withItsTriesUsedUpAnEventIsNacked() {
    subscribe(AT_LEAST_ONCE, options -> options.retry(2, BACKOFF));
    failOn("a");

    ScriptedMessage a = send(message("a"));
    awaitTimerAndAdvance(SECOND);
    awaitSettled(a, "nack PT0S");
    awaitIdle();

    handler.awaitSignals(HandlerFailed.class, 1);
    assertThat(handler.started()).containsExactly("a", "a");
    assertThat(deadLetters).isEmpty();
    books().delivered(1).failed(1).retried(1).show(1);
  }

  @Test
  void anEventSettledWhileItWaitsForItsNextTryIsNotTriedAgain() {
    subscribe(AT_LEAST_ONCE, options -> options.retry(3, BACKOFF));
    var sneaky = new AtomicReference<Delivery>();
    handler.on(
        "a",
        (event, delivery) -> {
          sneaky.set(delivery);
          fail();
        });

    List<ScriptedMessage> sent = send("a", "b");
    eventually().until(() -> subscription().stats().retried() == 1);
    sneaky.get().ack();
    awaitIdle();
    time.advance(Duration.ofMinutes(1));

    assertThat(handler.started()).containsExactly("a", "b");
    assertThat(sent.get(0).settled()).containsExactly("ack");
    books().delivered(2).retried(1).show(2);
  }

  @Test
  void anEventSettledJustBeforeItsNextTryBeginsIsNotTriedAgain() {
    var executor = new HeldExecutor();
    subscribe(AT_LEAST_ONCE, options -> options.retry(3, BACKOFF).executor(executor));
    failOn("a");

    ScriptedMessage a = send(message("a"));
    eventually().until(() -> subscription().stats().retried() == 1);
    executor.hold();
    time.advance(SECOND); // the next try is on its way to a thread
    handler.delivery("a").ack();
    send("b");
    executor.release();
    awaitIdle();

    assertThat(a.settled()).containsExactly("ack");
    assertThat(handler.started()).containsExactly("a", "b");
    books().delivered(2).retried(1).show(2);
  }

  /** Runs each task on a thread of its own, but not while it is held. */
  private static final class HeldExecutor implements Executor {
    private final List<Runnable> held = new ArrayList<>();
    private boolean holding;

    synchronized void hold() {
      holding = true;
    }

    synchronized void release() {
      holding = false;
      held.forEach(this::execute);
    }

    @Override
    public synchronized void execute(Runnable task) {
      if (holding) {
        held.add(task);
      } else {
        new Thread(task, "held-executor").start();
      }
    }
  }
}
