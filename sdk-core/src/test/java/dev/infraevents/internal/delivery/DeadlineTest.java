package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AckOutcome;
import dev.infraevents.Backoff;
import dev.infraevents.Concurrency;
import dev.infraevents.SourceSignal.DeadlineNear;
import dev.infraevents.testing.ScriptedMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DeadlineTest extends EngineTest {

  private static final Duration MINUTE = Duration.ofSeconds(60);

  private Instant in(long seconds) {
    return time.clock().instant().plusSeconds(seconds);
  }

  private void pass(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }

  /** Sends an event with a minute's window that keeps the handler busy, and waits until it does. */
  private ScriptedMessage sendAndHold(String id) {
    return sendAndHold(id, 60);
  }

  private ScriptedMessage sendAndHold(String id, long seconds) {
    handler.hold(id);
    ScriptedMessage message = send(message(id).deadline(in(seconds)));
    awaitRunning(id);
    return message;
  }

  private void awaitRunning(String id) {
    handler.awaitStarted(id); // its deadline is watched by then
  }

  /** Lets time pass, and says what was signalled meanwhile. */
  private List<String> warningsAfter(long seconds) {
    int before = handler.signals(DeadlineNear.class).size();
    pass(seconds);
    return handler.awaitSignals(DeadlineNear.class, before + 1).stream()
        .skip(before)
        .map(signal -> signal.eventId() + (signal.passed() ? " passed" : " near"))
        .toList();
  }

  @Test
  void theHandlerSeesTheDeadline() {
    subscribe(AT_LEAST_ONCE);
    sendAndHold("a");

    assertThat(handler.delivery("a").deadline()).isEqualTo(in(60));

    handler.release("a");
    awaitIdle();
    books().delivered(1).show(1);
  }

  @Test
  void anEventWhoseTimeRanOutWhileItWaitedIsNotStarted() {
    subscribe(AT_LEAST_ONCE);
    sendAndHold("a");
    Instant deadline = in(10);
    ScriptedMessage b = send(message("b").deadline(deadline));

    pass(10);
    handler.release("a");
    awaitIdle();

    assertThat(handler.started()).containsExactly("a");
    assertThat(b.settled()).isEmpty();
    DeadlineNear late = handler.awaitSignals(DeadlineNear.class, 1).get(0);
    assertThat(late.eventId()).isEqualTo("b");
    assertThat(late.passed()).isTrue();
    assertThat(late.deadline()).isEqualTo(deadline);
    books().delivered(1).dropped(1).show(2);
  }

  @Test
  void whatWasNotStartedIsHandledWhenItIsDeliveredAgain() {
    subscribe(AT_LEAST_ONCE);
    send(message("a").deadline(in(0)));
    awaitIdle();

    ScriptedMessage again = send(message("a").deadline(in(60)));
    awaitIdle();

    assertThat(again.settled()).containsExactly("ack");
    books().delivered(1).dropped(1).show(2);
  }

  @Test
  void aHandlerIsWarnedAtHalfOfItsTimeAndAtTheEndOfIt() {
    subscribe(AT_LEAST_ONCE);
    ScriptedMessage a = sendAndHold("a");
    Instant deadline = in(60);

    pass(29);
    assertThat(handler.signals(DeadlineNear.class)).isEmpty();
    pass(1);
    DeadlineNear half = handler.awaitSignals(DeadlineNear.class, 1).get(0);
    pass(29);
    assertThat(handler.signals(DeadlineNear.class)).hasSize(1);
    pass(1);
    DeadlineNear end = handler.awaitSignals(DeadlineNear.class, 2).get(1);

    assertThat(half.passed()).isFalse();
    assertThat(half.deadline()).isEqualTo(deadline);
    assertThat(end.passed()).isTrue();
    handler.release("a");
    awaitIdle();
    assertThat(a.settled()).as("the source decides what a late ack is worth").hasSize(1);
    books().delivered(1).show(1);
  }

  @Test
  void everythingInProgressIsWarnedOfAtItsOwnTime() {
    subscribe(AT_LEAST_ONCE, options -> options.concurrency(Concurrency.unordered(3)));
    sendAndHold("a", 60);
    sendAndHold("b", 20); // due before what is watched already
    sendAndHold("c", 100);

    assertThat(warningsAfter(10)).containsExactly("b near");
    assertThat(warningsAfter(10)).containsExactly("b passed");
    handler.release("b");
    assertThat(warningsAfter(10)).containsExactly("a near");
    assertThat(warningsAfter(20)).containsExactly("c near");
    assertThat(warningsAfter(10)).containsExactly("a passed");
    assertThat(warningsAfter(40)).containsExactly("c passed");

    handler.release("a", "c");
    awaitIdle();
    books().delivered(3).show(3);
  }

  @Test
  void aTimerIsSharedByWhatIsInProgressAndByWhatFollows() {
    subscribe(AT_LEAST_ONCE, options -> options.concurrency(Concurrency.unordered(3)));
    int others = time.pendingTasks();
    sendAndHold("a", 60);
    sendAndHold("b", 60);
    assertThat(time.pendingTasks()).isEqualTo(others + 1);

    for (int i = 0; i < 10; i++) {
      send(message("next" + i).deadline(in(60)));
    }
    handler.release("a", "b");
    awaitIdle();
    assertThat(time.pendingTasks()).isEqualTo(others + 1);

    pass(30);
    assertThat(time.pendingTasks()).as("nothing is left to watch").isEqualTo(others);
    books().delivered(12).show(12);
  }

  @Test
  void whatStartsAfterAQuietTimeIsWatched() {
    subscribe(AT_LEAST_ONCE);
    send(message("a").deadline(in(60)));
    awaitIdle();
    pass(60);

    sendAndHold("b", 60);

    assertThat(warningsAfter(30)).containsExactly("b near");
    handler.release("b");
    awaitIdle();
    books().delivered(2).show(2);
  }

  @Test
  void aHandlerThatIsInTimeIsNotWarned() {
    subscribe(AT_LEAST_ONCE);

    send(message("a").deadline(in(60)));
    awaitIdle();
    time.advance(MINUTE);

    assertThat(handler.signals(DeadlineNear.class)).isEmpty();
    books().delivered(1).show(1);
  }

  @Test
  void aDeferredEventWhoseTimeRanOutFreesItsSlot() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.defer());
    ScriptedMessage a = send(message("a").deadline(in(60)));
    ScriptedMessage b = send(message("b").deadline(in(600)));
    handler.awaitEnded("a");
    eventually().until(() -> time.nextDelay().isPresent());

    awaitTimerAndAdvance(MINUTE);
    awaitSettled(b, "ack");
    awaitIdle();

    assertThat(a.settled()).isEmpty();
    assertThat(outcome(handler.delivery("a").ack())).isEqualTo(AckOutcome.DEADLINE_PASSED);
    assertThat(outcome(handler.delivery("a").extend(MINUTE))).isEqualTo(AckOutcome.DEADLINE_PASSED);
    books().delivered(1).dropped(1).show(2);
  }

  @Test
  void anEventThatIsDeferredAfterItsTimeRanOutFreesItsSlotToo() {
    subscribe(AT_LEAST_ONCE);
    var goOn = new CountDownLatch(1);
    handler.on(
        "a",
        (event, delivery) -> {
          goOn.await();
          delivery.defer();
        });
    ScriptedMessage a = send(message("a").deadline(in(60)));
    send("b");
    awaitRunning("a");

    pass(60);
    goOn.countDown();
    awaitIdle();

    assertThat(a.settled()).isEmpty();
    assertThat(handler.started()).containsExactly("a", "b");
    assertThat(handler.awaitSignals(DeadlineNear.class, 2))
        .extracting(DeadlineNear::passed)
        .containsExactly(false, true);
    books().delivered(1).dropped(1).show(2);
  }

  @Test
  void anEventWhoseTimeRunsOutBeforeItsNextTryIsLeftToTheSource() {
    Backoff day = new Backoff(Duration.ofDays(1), Duration.ofDays(1));
    subscribe(AT_LEAST_ONCE, options -> options.retry(2, day));
    handler.on(
        "a",
        (event, delivery) -> {
          throw new IllegalStateException("bad");
        });
    ScriptedMessage a = send(message("a").deadline(in(1)));
    send("b");
    eventually().until(() -> subscription().stats().retried() == 1);

    pass(2);
    awaitIdle();

    assertThat(a.settled()).isEmpty();
    assertThat(handler.started().stream().filter("b"::equals)).hasSize(1);
    assertThat(subscription().stats().balances()).isTrue();
    assertThat(subscription().stats().dropped()).isEqualTo(1);
  }

  @Test
  void anExtendedDeadlineIsWatchedInsteadOfTheFirst() {
    subscribe(AT_LEAST_ONCE);
    ScriptedMessage a = sendAndHold("a");
    pass(20);
    a.deadline(in(100)); // at 120 s

    pass(10); // half of the first window: half of what is left now is at 75 s
    assertThat(handler.signals(DeadlineNear.class)).isEmpty();
    pass(45);
    DeadlineNear half = handler.awaitSignals(DeadlineNear.class, 1).get(0);

    assertThat(half.passed()).isFalse();
    assertThat(half.deadline()).isEqualTo(in(45));
    handler.release("a");
    awaitIdle();
    books().delivered(1).show(1);
  }

  @Test
  void aDeadlineExtendedAfterTheWarningIsWatchedAgain() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.defer());
    ScriptedMessage a = send(message("a").deadline(in(60)));
    handler.awaitEnded("a");
    eventually().until(() -> time.nextDelay().isPresent());
    pass(30);
    handler.awaitSignals(DeadlineNear.class, 1);
    a.deadline(in(70)); // at 100 s

    pass(30);
    assertThat(handler.signals(DeadlineNear.class)).hasSize(1);
    pass(20);
    handler.awaitSignals(DeadlineNear.class, 2);
    pass(20);
    assertThat(handler.awaitSignals(DeadlineNear.class, 3))
        .extracting(DeadlineNear::passed)
        .containsExactly(false, false, true);
    awaitIdle();
    books().dropped(1).show(1);
  }

  @Test
  void theDeadlineOfARedeliveryIsTheOneThatCounts() {
    subscribe(AT_LEAST_ONCE);
    sendAndHold("a");
    ScriptedMessage first = send(message("b").deadline(in(10)));
    pass(9);
    ScriptedMessage second = send(message("b").deadline(in(60)));

    pass(5);
    handler.release("a");
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "b");
    assertThat(first.settled()).containsExactly("ack");
    assertThat(second.settled()).containsExactly("ack");
    books().delivered(2).deduplicated(1).show(3);
  }

  @Test
  void aDeadlineAtTheEndOfTimeIsNoProblem() {
    subscribe(AT_LEAST_ONCE);

    ScriptedMessage a = send(message("a").deadline(Instant.MAX));
    awaitIdle();

    assertThat(a.settled()).containsExactly("ack");
    books().delivered(1).show(1);
  }
}
