package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventFilter;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.testing.ScriptedMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a transport brings besides its stream, and what it hears of what was left out. */
class BackfillTest extends EngineTest {

  private static UnaryOperator<DeliveryOptions.Builder> holding(
      int events, OverflowPolicy overflow) {
    return options -> options.buffer(events, 1_000).overflow(overflow);
  }

  private boolean backfill(ScriptedMessage message) {
    return source().connection().backfill(message);
  }

  @Test
  void backfillLeavesHalfOfTheEventsToTheStreamAndDropsNothing() {
    subscribe(AT_MOST_ONCE, holding(6, OverflowPolicy.dropOldest()));
    handler.hold("a");
    assertThat(backfill(message("a"))).isTrue();
    assertThat(backfill(message("b"))).isTrue();
    assertThat(backfill(message("c"))).isTrue();
    assertThat(backfill(message("d"))).as("half is full").isFalse();
    books().inFlight(3).show(3);
    send("x", "y", "z");
    assertThat(backfill(message("d"))).isFalse();
    books().inFlight(6).show(6);

    handler.release("a");
    awaitIdle();
    assertThat(backfill(message("d"))).isTrue();
    awaitIdle();
    assertThat(handler.started()).containsExactly("a", "b", "c", "x", "y", "z", "d");
    books().delivered(7).show(7);
  }

  @Test
  void backfillLeavesHalfOfTheBytesToTheStream() {
    subscribe(AT_MOST_ONCE, holding(100, OverflowPolicy.dropOldest()));
    handler.hold("a");
    assertThat(backfill(message("a").size(400))).isTrue();
    assertThat(backfill(message("b").size(101))).isFalse();
    assertThat(backfill(message("b").size(100))).isTrue();
    handler.release("a");
    awaitIdle();
    assertThat(backfill(message("big").size(5_000))).as("alone it always may").isTrue();
    awaitIdle();
    books().delivered(3).show(3);
  }

  @Test
  void backfillIsFilteredAndDecodedAsTheStreamIs() {
    subscribe(AT_MOST_ONCE, options -> options.filter(EventFilter.subject("wanted")));
    assertThat(backfill(message("a"))).isTrue();
    assertThat(
            backfill(
                message("b")
                    .subject("wanted")
                    .undecodable(() -> new DecodingException("broken", null))))
        .isTrue();
    awaitIdle();
    assertThat(deadLetters).hasSize(1);
    books().filtered(1).undecodable(1).show(2);
  }

  @Test
  void aMessageWhosePayloadShowsThatItIsNotWantedCountsAsFiltered() {
    subscribe(AT_LEAST_ONCE);
    ScriptedMessage unwanted = send(message("a").unwanted());
    assertThat(unwanted.settled()).containsExactly("ack");
    assertThat(handler.started()).isEmpty();
    books().filtered(1).show(1);
  }

  @Test
  void theTransportCanAskWhetherAnEventIsWanted() {
    subscribe(AT_MOST_ONCE, options -> options.filter(EventFilter.subject("wanted")));
    assertThat(source().connection().wants(message("a").subject("wanted"))).isTrue();
    assertThat(source().connection().wants(message("a").subject("other"))).isFalse();
    books().show(0);
  }

  @Test
  void anEventIsWantedIfTheFilterThrows() {
    subscribe(
        AT_MOST_ONCE,
        options ->
            options.filter(
                envelope -> {
                  throw new IllegalStateException("the filter's");
                }));
    assertThat(source().connection().wants(message("a"))).isTrue();
  }

  @Test
  void ofWhatWasDroppedByBlockTheTransportIsTold() {
    subscribe(AT_LEAST_ONCE, holding(1, OverflowPolicy.block(SECOND)));
    handler.hold("a");
    ScriptedMessage kept = send(message("a"));
    ScriptedMessage waited = message("b");
    CompletableFuture<Void> sending = sendBlocked(waited);
    assertThat(waited.timesDropped()).isZero();
    time.advance(SECOND);
    sending.join();
    assertThat(waited.timesDropped()).isEqualTo(1);
    handler.release("a");
    awaitSettled(kept, "ack");
    assertThat(kept.timesDropped()).isZero();
  }

  @Test
  void ofTheVictimsOfDropOldestTheTransportIsTold() {
    subscribe(AT_LEAST_ONCE, holding(2, OverflowPolicy.dropOldest()));
    handler.hold("a");
    send("a");
    handler.awaitStarted("a"); // what is in progress is not dropped
    List<ScriptedMessage> sent = send("b", "c");
    assertThat(sent).extracting(ScriptedMessage::timesDropped).containsExactly(1, 0);
    handler.release("a");
    awaitIdle();
    assertThat(sent)
        .extracting(ScriptedMessage::settled)
        .containsExactly(List.of(), List.of("ack"));
  }

  @Test
  void ofWhatEndedTheSubscriptionTheTransportIsTold() {
    subscribe(AT_LEAST_ONCE, holding(1, OverflowPolicy.fail()));
    handler.hold("a");
    List<ScriptedMessage> sent = send("a", "b");
    assertThat(sent).extracting(ScriptedMessage::timesDropped).containsExactly(0, 1);
    handler.release("a");
  }
}
