package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Backoff;
import dev.infraevents.Concurrency;
import dev.infraevents.Delivery;
import dev.infraevents.testing.ScriptedMessage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class OrderTest extends EngineTest {

  private static final Backoff UP_TO_A_SECOND = new Backoff(SECOND, SECOND);

  private void sendAbout(String subject, String... ids) {
    for (String id : ids) {
      send(new ScriptedMessage(id).subject(subject));
    }
  }

  @Test
  void serialHandlesOneEventAfterTheOtherInTheOrderOfArrival() {
    subscribe(AT_MOST_ONCE);
    handler.hold("a");

    send("a", "b", "c");
    handler.awaitStarted("a");
    books().inFlight(3).show(3);
    handler.release("a");
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "b", "c");
    assertThat(handler.mostRunning()).isEqualTo(1);
    books().delivered(3).show(3);
  }

  @Test
  void serialWaitsForADeferredEvent() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.defer());

    send("a", "b");
    handler.awaitEnded("a");
    assertThat(handler.started()).containsExactly("a");
    books().inFlight(2).show(2);
    handler.delivery("a").ack();
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "b");
    books().delivered(2).show(2);
  }

  @Test
  void serialWaitsForAnEventThatIsTriedAgain() {
    subscribe(AT_MOST_ONCE, options -> options.retry(2, UP_TO_A_SECOND));
    handler.on("a", OrderTest::failTheFirstTime);

    send("a", "b");
    awaitTimerAndAdvance(SECOND);
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "a", "b");
    books().delivered(2).retried(1).show(2);
  }

  @Test
  void keyedHandlesDifferentSubjectsInParallel() {
    subscribe(AT_MOST_ONCE, options -> options.concurrency(Concurrency.keyed(3)));
    handler.hold("a1", "b1", "c1");

    sendAbout("a", "a1");
    sendAbout("b", "b1");
    sendAbout("c", "c1");
    handler.awaitStarted("a1", "b1", "c1");

    assertThat(handler.mostRunning()).isEqualTo(3);
    handler.release("a1", "b1", "c1");
    awaitIdle();
    books().delivered(3).show(3);
  }

  @Test
  void keyedHandlesNoMoreThanItMayAtOnce() {
    subscribe(AT_MOST_ONCE, options -> options.concurrency(Concurrency.keyed(2)));
    handler.hold("a1", "b1");

    sendAbout("a", "a1");
    sendAbout("b", "b1");
    sendAbout("c", "c1");
    handler.awaitStarted("a1", "b1");
    handler.release("b1");
    handler.awaitEnded("c1");
    handler.release("a1");
    awaitIdle();

    assertThat(handler.mostRunning()).isEqualTo(2);
    books().delivered(3).show(3);
  }

  @Test
  void keyedNeverHandlesTwoOfOneSubjectAtOnceAndKeepsTheirOrder() {
    subscribe(AT_MOST_ONCE, options -> options.concurrency(Concurrency.keyed(4)));
    handler.hold("a1");

    sendAbout("a", "a1", "a2", "a3");
    sendAbout("b", "b1", "b2");
    handler.awaitEnded("b1", "b2");
    assertThat(handler.started()).doesNotContain("a2", "a3");
    handler.release("a1");
    awaitIdle();

    assertThat(handler.started()).containsSubsequence("a1", "a2", "a3");
    books().delivered(5).show(5);
  }

  @Test
  void keyedKeepsASubjectsOrderThroughDeferral() {
    subscribe(AT_LEAST_ONCE, options -> options.concurrency(Concurrency.keyed(2)));
    handler.on("a1", (event, delivery) -> delivery.defer());

    sendAbout("a", "a1", "a2");
    sendAbout("b", "b1");
    handler.awaitEnded("a1", "b1");
    assertThat(handler.started()).doesNotContain("a2");
    handler.delivery("a1").nack(NOW);
    awaitIdle();

    assertThat(handler.started()).containsSubsequence("a1", "a2");
    books().delivered(3).failed(1).show(3);
  }

  @Test
  void keyedKeepsASubjectsOrderThroughRetry() {
    subscribe(
        AT_MOST_ONCE,
        options -> options.concurrency(Concurrency.keyed(2)).retry(2, UP_TO_A_SECOND));
    handler.on("a1", OrderTest::failTheFirstTime);

    sendAbout("a", "a1", "a2");
    sendAbout("b", "b1");
    handler.awaitEnded("a1", "b1");
    assertThat(handler.started()).doesNotContain("a2");
    awaitTimerAndAdvance(SECOND);
    awaitIdle();

    assertThat(handler.started()).containsSubsequence("a1", "a1", "a2");
    books().delivered(3).retried(1).show(3);
  }

  @Test
  void keyedHandlesEventsWithoutASubjectInParallel() {
    subscribe(AT_MOST_ONCE, options -> options.concurrency(Concurrency.keyed(2)));
    handler.hold("a", "b");

    send("a", "b");
    handler.awaitStarted("a", "b");

    handler.release("a", "b");
    awaitIdle();
    books().delivered(2).show(2);
  }

  @Test
  void keyedWithOneAtATimeIsSerial() {
    subscribe(AT_MOST_ONCE, options -> options.concurrency(Concurrency.keyed(1)));
    handler.hold("a1");

    sendAbout("a", "a1", "a2");
    sendAbout("b", "b1");
    handler.awaitStarted("a1");
    handler.release("a1");
    awaitIdle();

    assertThat(handler.started()).containsExactly("a1", "a2", "b1");
    books().delivered(3).show(3);
  }

  @Test
  void unorderedHandlesOneSubjectInParallelToo() {
    subscribe(AT_MOST_ONCE, options -> options.concurrency(Concurrency.unordered(2)));
    handler.hold("a1", "a2");

    sendAbout("a", "a1", "a2", "a3");
    handler.awaitStarted("a1", "a2");
    handler.release("a2");
    handler.awaitEnded("a3");
    handler.release("a1");
    awaitIdle();

    assertThat(handler.mostRunning()).isEqualTo(2);
    books().delivered(3).show(3);
  }

  @Test
  void unorderedGoesOnBesideADeferredEventUntilEverySlotIsTaken() {
    subscribe(AT_LEAST_ONCE, options -> options.concurrency(Concurrency.unordered(2)));
    handler.on("a", (event, delivery) -> delivery.defer());
    handler.on("c", (event, delivery) -> delivery.defer());

    send("a", "b", "c", "d");
    handler.awaitEnded("a", "b", "c");
    assertThat(handler.started()).doesNotContain("d");
    books().inFlight(3).delivered(1).show(4);
    handler.delivery("c").ack();
    handler.awaitEnded("d");
    handler.delivery("a").ack();
    awaitIdle();

    books().delivered(4).show(4);
  }

  @Test
  void anAcknowledgementInsideTheHandlerKeepsTheSlotUntilItReturns() {
    subscribe(AT_LEAST_ONCE);
    var acked = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    handler.on(
        "a",
        (event, delivery) -> {
          delivery.ack();
          acked.countDown();
          goOn.await();
        });

    ScriptedMessage a = send(message("a"));
    send("b");
    join(acked);
    assertThat(a.settled()).containsExactly("ack");
    books().inFlight(2).show(2);
    goOn.countDown();
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "b");
    assertThat(handler.mostRunning()).isEqualTo(1);
    books().delivered(2).show(2);
  }

  @Test
  void aHandlerCanSettleADeferredEventOfAnotherSubject() {
    subscribe(AT_LEAST_ONCE, options -> options.concurrency(Concurrency.keyed(2)));
    handler.on("a1", (event, delivery) -> delivery.defer());
    handler.hold("b1");
    handler.on(
        "b1",
        (event, delivery) -> {
          handler.delivery("a1").ack();
          handler.awaitStarted("a2"); // starts though this one is still at work
        });

    sendAbout("a", "a1", "a2");
    handler.awaitEnded("a1");
    sendAbout("b", "b1");
    handler.release("b1");
    awaitIdle();

    books().delivered(3).show(3);
  }

  @Test
  void aLongBacklogIsHandledInOrderThoughAWorkerGivesItsThreadBackNowAndThen() {
    subscribe(AT_MOST_ONCE);
    handler.hold("e0");
    String[] ids = new String[900];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = "e" + i;
    }

    send(ids);
    handler.release("e0");
    awaitIdle();

    assertThat(handler.started()).containsExactly(ids);
    books().delivered(900).show(900);
  }

  private static void failTheFirstTime(Object event, Delivery delivery) {
    if (delivery.attempt() == 1) {
      throw new IllegalStateException("the first time");
    }
  }
}
