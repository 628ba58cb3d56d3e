package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.ACK_ONLY;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.AckOutcome;
import dev.infraevents.Backoff;
import dev.infraevents.Concurrency;
import dev.infraevents.DeadLetter;
import dev.infraevents.FailureAction;
import dev.infraevents.HandlerException;
import dev.infraevents.SourceSignal.Closed;
import dev.infraevents.SourceSignal.HandlerFailed;
import dev.infraevents.SourceState;
import dev.infraevents.testing.ScriptedMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureTest extends EngineTest {

  private static final Backoff BACKOFF = new Backoff(SECOND, Duration.ofSeconds(4));

  /** What a handler can throw. */
  enum Thrown {
    CHECKED(new IOException("disk full")),
    UNCHECKED(new IllegalStateException("bug")),
    STACK_OVERFLOW(new StackOverflowError("by hand")),
    OUT_OF_MEMORY(new OutOfMemoryError("by hand")),
    ASSERTION(new AssertionError("by hand")),
    INTERRUPTED(new InterruptedException("by hand"));

    private final Throwable failure;

    Thrown(Throwable failure) {
      this.failure = failure;
    }

    void rise() throws Exception {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (Exception) failure;
    }
  }

  private void failOn(String... ids) {
    for (String id : ids) {
      handler.on(id, (event, delivery) -> Thrown.UNCHECKED.rise());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whateverAHandlerThrowsIsContainedAndTheEventIsNotAcknowledged(Thrown thrown) {
    subscribe(AT_LEAST_ONCE);
    handler.on("bad", (event, delivery) -> thrown.rise());

    List<ScriptedMessage> sent = send("bad", "good");
    awaitIdle();

    assertThat(sent.get(0).settled()).containsExactly("nack PT0S");
    assertThat(sent.get(1).settled()).containsExactly("ack");
    HandlerFailed failed = handler.awaitSignals(HandlerFailed.class, 1).get(0);
    assertThat(failed.eventId()).isEqualTo("bad");
    assertThat(failed.cause()).isSameAs(thrown.failure);
    assertThat(failed.action()).isEqualTo(FailureAction.NACK);
    assertThat(deadLetters).isEmpty();
    books().delivered(2).failed(1).show(2);
  }

  @Test
  void aRealStackOverflowIsContained() {
    subscribe(AT_LEAST_ONCE);
    handler.on("deep", (event, delivery) -> recurse(0));

    ScriptedMessage deep = send(message("deep"));
    awaitSettled(deep, "nack PT0S");
    send("next");
    awaitIdle();

    books().delivered(2).failed(1).show(2);
  }

  private static int recurse(int depth) {
    return depth < 0 ? depth : 1 + recurse(depth + 1);
  }

  @Test
  void aHandlerThatInterruptsItsThreadDoesNotInterruptTheNext() {
    subscribe(AT_LEAST_ONCE);
    List<Boolean> interrupted = new CopyOnWriteArrayList<>();
    handler.on("a", (event, delivery) -> Thread.currentThread().interrupt());
    handler.otherwise((event, delivery) -> interrupted.add(Thread.currentThread().isInterrupted()));

    List<ScriptedMessage> sent = send("a", "b");
    awaitIdle();

    assertThat(interrupted).containsExactly(false);
    assertThat(sent).allSatisfy(message -> assertThat(message.settled()).containsExactly("ack"));
    books().delivered(2).show(2);
  }

  @Test
  void aDeadLetterCallbackThatInterruptsItsThreadDoesNotInterruptTheNextHandler() {
    List<Boolean> interrupted = new CopyOnWriteArrayList<>();
    subscribe(
        AT_MOST_ONCE, options -> options.deadLetters(dead -> Thread.currentThread().interrupt()));
    failOn("a");
    handler.otherwise((event, delivery) -> interrupted.add(Thread.currentThread().isInterrupted()));

    send("a", "b");
    awaitIdle();

    assertThat(interrupted).containsExactly(false);
    books().delivered(2).failed(1).show(2);
  }

  @Test
  void whatWasNackedRunsAgainWhenItComesBack() {
    subscribe(AT_LEAST_ONCE);
    handler.on(
        "a",
        (event, delivery) -> {
          if (delivery.attempt() == 1) {
            Thrown.CHECKED.rise();
          }
        });

    ScriptedMessage first = send(message("a"));
    awaitSettled(first, "nack PT0S");
    awaitIdle();
    ScriptedMessage second = send(message("a").attempt(2));
    awaitIdle();

    assertThat(second.settled()).containsExactly("ack");
    books().delivered(2).failed(1).show(2);
  }

  @Test
  void withItsTriesUsedUpAnEventIsReportedAndAcknowledgedIfThatIsTheAction() {
    subscribe(
        AT_LEAST_ONCE,
        options -> options.retry(2, BACKOFF).onFailure(FailureAction.ACK_AND_REPORT));
    failOn("a");

    ScriptedMessage a = send(message("a"));
    awaitTimerAndAdvance(SECOND);
    awaitIdle();

    assertThat(a.settled()).containsExactly("ack");
    DeadLetter dead = deadLetters.get(0);
    assertThat(deadLetters).hasSize(1);
    assertThat(dead.event()).isNotNull();
    assertThat(dead.event().id()).isEqualTo("a");
    assertThat(dead.raw()).isEqualTo(a.raw());
    assertThat(dead.cause()).isSameAs(Thrown.UNCHECKED.failure);
    assertThat(dead.attempts()).isEqualTo(2);
    assertThat(handler.awaitSignals(HandlerFailed.class, 1).get(0).action())
        .isEqualTo(FailureAction.ACK_AND_REPORT);
    books().delivered(1).failed(1).retried(1).show(1);
  }

  @Test
  void reportingIsTheDefaultWhereTheSourceDoesNotRedeliver() {
    subscribe(AT_MOST_ONCE);
    failOn("a");

    send("a", "b");
    awaitIdle();

    assertThat(deadLetters).hasSize(1);
    assertThat(deadLetters.get(0).attempts()).isEqualTo(1);
    books().delivered(2).failed(1).show(2);
  }

  @Test
  void nackOnASourceThatCanNotBeToldLeavesTheEventToItsDeadline() {
    subscribe(ACK_ONLY);
    failOn("a");

    ScriptedMessage a = send(message("a"));
    awaitIdle();

    assertThat(a.settled()).doesNotContain("ack");
    assertThat(deadLetters).isEmpty();
    books().delivered(1).failed(1).show(1);
  }

  @Test
  void anEventWhoseDeadLetterCallbackThrowsIsNotAcknowledged() {
    subscribe(
        AT_LEAST_ONCE,
        options ->
            options
                .onFailure(FailureAction.ACK_AND_REPORT)
                .deadLetters(
                    dead -> {
                      throw new AssertionError("the callback's");
                    }));
    failOn("a");
    handler.on("b", (event, delivery) -> delivery.reject("no use"));

    List<ScriptedMessage> sent = send("a", "b", "c");
    awaitIdle();

    assertThat(sent.get(0).settled()).containsExactly("nack PT0S");
    assertThat(sent.get(1).settled()).containsExactly("nack PT0S");
    assertThat(sent.get(2).settled()).containsExactly("ack");
    books().delivered(3).failed(2).show(3);
  }

  @Test
  void stopEndsTheSubscriptionAndLeavesTheEventUnsettled() {
    subscribe(AT_LEAST_ONCE, options -> options.onFailure(FailureAction.STOP));
    failOn("a");

    List<ScriptedMessage> sent = send("a", "b");

    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(subscription().completion().toCompletableFuture()::join)
        .withCauseInstanceOf(HandlerException.class)
        .havingRootCause()
        .isSameAs(Thrown.UNCHECKED.failure);
    assertThat(subscription().status().state()).isEqualTo(SourceState.FAILED);
    assertThat(sent).allSatisfy(message -> assertThat(message.settled()).isEmpty());
    assertThat(handler.started()).containsExactly("a");
    assertThat(handler.awaitSignals(Closed.class, 1).get(0).cause())
        .isInstanceOf(HandlerException.class);
    assertThat(outcome(handler.delivery("a").ack())).isEqualTo(AckOutcome.STREAM_GONE);
  }

  @Test
  void afterStopNoOtherEventOfTheSubjectBegins() {
    subscribe(
        AT_LEAST_ONCE,
        options -> options.onFailure(FailureAction.STOP).concurrency(Concurrency.keyed(4)));
    var go = new CountDownLatch(1);
    handler.on(
        "a1",
        (event, delivery) -> {
          go.await();
          Thrown.UNCHECKED.rise();
        });
    handler.hold("b1");
    send(message("a1").subject("a"));
    send(message("a2").subject("a"));
    send(message("b1").subject("b"));
    handler.awaitStarted("a1", "b1");

    go.countDown();
    subscription().completion().toCompletableFuture().exceptionally(e -> null).join();

    assertThat(handler.started()).doesNotContain("a2");
    books().delivered(1).failed(1).dropped(2).show(3);
  }

  @Test
  void anEventThatIsDeferredAndThenFailsIsAFailure() {
    subscribe(AT_LEAST_ONCE);
    handler.on(
        "a",
        (event, delivery) -> {
          delivery.defer();
          Thrown.UNCHECKED.rise();
        });

    List<ScriptedMessage> sent = send("a", "b");
    awaitIdle();

    assertThat(sent.get(0).settled()).containsExactly("nack PT0S");
    assertThat(outcome(handler.delivery("a").ack())).isEqualTo(AckOutcome.REFUSED);
    books().delivered(2).failed(1).show(2);
  }

  @Test
  void aFailureAfterAnEarlyAcknowledgementIsReportedButChangesNothing() {
    subscribe(AT_LEAST_ONCE, options -> options.retry(3, BACKOFF));
    handler.on(
        "a",
        (event, delivery) -> {
          delivery.ack();
          Thrown.UNCHECKED.rise();
        });

    List<ScriptedMessage> sent = send("a", "b");
    awaitIdle();

    assertThat(sent.get(0).settled()).containsExactly("ack");
    assertThat(handler.started()).containsExactly("a", "b");
    handler.awaitSignals(HandlerFailed.class, 1);
    books().delivered(2).failed(1).show(2);
  }
}
