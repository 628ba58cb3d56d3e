package dev.infraevents.internal.delivery;

import static dev.infraevents.AckOutcome.CONFIRMED;
import static dev.infraevents.AckOutcome.NOT_APPLICABLE;
import static dev.infraevents.AckOutcome.REFUSED;
import static dev.infraevents.AckOutcome.STREAM_GONE;
import static dev.infraevents.testing.ScriptedSource.Kind.ACK_ONLY;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AckOutcome;
import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.FailureAction;
import dev.infraevents.HandlerException;
import dev.infraevents.SourceSignal.HandlerFailed;
import dev.infraevents.testing.ScriptedMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SettlementTest extends EngineTest {

  private void deferAll() {
    handler.otherwise((event, delivery) -> delivery.defer());
  }

  @Test
  void theReturnOfTheHandlerAcknowledges() {
    subscribe(AT_LEAST_ONCE);

    ScriptedMessage a = send(message("a"));
    awaitIdle();

    assertThat(a.settled()).containsExactly("ack");
    assertThat(outcome(handler.delivery("a").ack())).as("the same verb again").isEqualTo(CONFIRMED);
    assertThat(outcome(handler.delivery("a").nack(NOW))).as("another verb").isEqualTo(REFUSED);
    books().delivered(1).show(1);
  }

  @Test
  void aDeferredEventIsAcknowledgedWhenTheApplicationSaysSo() {
    subscribe(AT_LEAST_ONCE);
    deferAll();

    ScriptedMessage a = send(message("a"));
    handler.awaitEnded("a");
    assertThat(a.settled()).isEmpty();
    books().inFlight(1).show(1);
    assertThat(outcome(handler.delivery("a").ack())).isEqualTo(CONFIRMED);
    awaitIdle();

    assertThat(a.settled()).containsExactly("ack");
    books().delivered(1).show(1);
  }

  @Test
  void aDeliveryIsSettledByTheFirstVerbAndNoOther() {
    subscribe(AT_LEAST_ONCE);
    deferAll();
    ScriptedMessage a = send(message("a"));
    Delivery delivery = handler.delivery("a");

    assertThat(outcome(delivery.nack(SECOND))).isEqualTo(CONFIRMED);
    assertThat(outcome(delivery.nack(Duration.ofSeconds(9)))).isEqualTo(CONFIRMED);
    assertThat(outcome(delivery.ack())).isEqualTo(REFUSED);
    assertThat(outcome(delivery.reject("no"))).isEqualTo(REFUSED);
    assertThat(outcome(delivery.extend(SECOND))).isEqualTo(REFUSED);

    assertThat(a.settled()).containsExactly("nack PT1S");
    assertThat(deadLetters).isEmpty();
    awaitIdle();
    books().delivered(1).failed(1).show(1);
  }

  @Test
  void ofManyWhoSettleAtOnceOneWins() {
    subscribe(AT_LEAST_ONCE);
    deferAll();
    ScriptedMessage a = send(message("a"));
    Delivery delivery = handler.delivery("a");
    handler.awaitEnded("a");
    var go = new CountDownLatch(1);

    List<CompletableFuture<Void>> threads =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    inBackground(
                        () -> {
                          join(go);
                          outcome(i % 2 == 0 ? delivery.ack() : delivery.nack(NOW));
                        }))
            .toList();
    go.countDown();
    threads.forEach(CompletableFuture::join);
    awaitIdle();

    assertThat(a.settled()).hasSize(1);
    assertThat(subscription().stats().delivered()).isEqualTo(1);
  }

  @Test
  void nackAsksForTheEventAfterADelay() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.nack(Duration.ofSeconds(7)));

    ScriptedMessage a = send(message("a"));
    awaitIdle();

    assertThat(a.settled()).containsExactly("nack PT7S");
    assertThat(deadLetters).isEmpty();
    assertThat(handler.signals(HandlerFailed.class)).isEmpty();
    books().delivered(1).failed(1).show(1);
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without a checker can do
  void nackWithoutADelayIsAnErrorAndNoAcknowledgement() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.nack(null));

    ScriptedMessage a = send(message("a"));
    awaitIdle();

    assertThat(a.settled()).containsExactly("nack PT0S");
    assertThat(handler.awaitSignals(HandlerFailed.class, 1).get(0).cause())
        .isInstanceOf(NullPointerException.class);
    books().delivered(1).failed(1).show(1);
  }

  @Test
  void nackOnASourceWithoutAcknowledgementsIsReportedAsAFailure() {
    subscribe(AT_MOST_ONCE);
    deferAll();

    send("a");
    AckOutcome outcome = outcome(handler.delivery("a").nack(NOW));
    awaitIdle();

    assertThat(outcome).isEqualTo(NOT_APPLICABLE);
    DeadLetter dead = deadLetters.get(0);
    assertThat(dead.cause()).isInstanceOf(HandlerException.class);
    assertThat(dead.attempts()).isEqualTo(1);
    assertThat(handler.awaitSignals(HandlerFailed.class, 1).get(0).action())
        .isEqualTo(FailureAction.ACK_AND_REPORT);
    books().delivered(1).failed(1).show(1);
  }

  @Test
  void nackOnASourceThatOnlyTakesAcknowledgementsIsReportedAndNeverAcknowledged() {
    subscribe(ACK_ONLY);
    handler.on("a", (event, delivery) -> delivery.nack(NOW));

    ScriptedMessage a = send(message("a"));
    awaitIdle();

    assertThat(a.settled()).doesNotContain("ack");
    assertThat(deadLetters).isEmpty();
    assertThat(handler.awaitSignals(HandlerFailed.class, 1).get(0).action())
        .isEqualTo(FailureAction.NACK);
    books().delivered(1).failed(1).show(1);
  }

  @Test
  void verbsWithoutMeaningSaySo() {
    subscribe(AT_MOST_ONCE);
    deferAll();

    send("a");
    Delivery delivery = handler.delivery("a");

    assertThat(delivery.deadline()).isNull();
    assertThat(outcome(delivery.extend(SECOND))).isEqualTo(NOT_APPLICABLE);
    assertThat(outcome(delivery.ack())).isEqualTo(NOT_APPLICABLE);
    awaitIdle();
    books().delivered(1).show(1);
  }

  @Test
  void rejectReportsTheEventAndThenAcknowledgesIt() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.reject("unknown device"));

    ScriptedMessage a = send(message("a"));
    awaitIdle();

    assertThat(a.settled()).containsExactly("ack");
    assertThat(deadLetters).hasSize(1);
    assertThat(deadLetters.get(0).cause()).hasMessageContaining("unknown device");
    assertThat(deadLetters.get(0).raw()).isEqualTo(a.raw());
    books().delivered(1).failed(1).show(1);
  }

  @Test
  void extendAsksForMoreTimeAndLeavesTheDeliveryOpen() {
    subscribe(AT_LEAST_ONCE);
    handler.on("a", (event, delivery) -> delivery.extend(Duration.ofSeconds(30)));

    ScriptedMessage a = send(message("a"));
    awaitIdle();

    assertThat(a.settled()).containsExactly("extend PT30S", "ack");
    books().delivered(1).show(1);
  }

  @Test
  void settlingAfterCloseReachesNobodyAndSaysSo() {
    subscribe(AT_LEAST_ONCE);
    deferAll();
    ScriptedMessage a = send(message("a"));
    Delivery delivery = handler.delivery("a");

    subscription().close(NOW);

    assertThat(outcome(delivery.ack())).isEqualTo(STREAM_GONE);
    assertThat(outcome(delivery.nack(NOW))).isEqualTo(STREAM_GONE);
    assertThat(outcome(delivery.reject("no"))).isEqualTo(STREAM_GONE);
    assertThat(outcome(delivery.extend(SECOND))).isEqualTo(STREAM_GONE);
    assertThat(a.settled()).isEmpty();
    assertThat(deadLetters).isEmpty();
    books().dropped(1).show(1);
  }

  @Test
  void settlingAfterCloseOnASourceWithoutAcknowledgementsIsNotApplicable() {
    subscribe(AT_MOST_ONCE);
    deferAll();
    send("a");
    Delivery delivery = handler.delivery("a");

    subscription().close(NOW);

    assertThat(outcome(delivery.ack())).isEqualTo(NOT_APPLICABLE);
    books().dropped(1).show(1);
  }

  @Test
  void aTransportThatThrowsWhileSettlingHarmsNobodyElse() {
    subscribe(AT_LEAST_ONCE);
    deferAll();

    send(message("a").unsettleable(new IllegalStateException("the transport's")));
    assertThat(outcome(handler.delivery("a").ack())).isEqualTo(STREAM_GONE);
    ScriptedMessage b = send(message("b"));
    handler.delivery("b").ack();
    awaitIdle();

    assertThat(b.settled()).containsExactly("ack");
    books().delivered(2).show(2);
  }
}
