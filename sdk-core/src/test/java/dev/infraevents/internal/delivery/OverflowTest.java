package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.Concurrency;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.OverflowException;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceSignal.Closed;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.SourceState;
import dev.infraevents.testing.ScriptedMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class OverflowTest extends EngineTest {

  private static final OverflowPolicy TWO_SECONDS = OverflowPolicy.block(Duration.ofSeconds(2));

  private static UnaryOperator<DeliveryOptions.Builder> holding(
      int events, OverflowPolicy overflow) {
    return options -> options.buffer(events, 1_000).overflow(overflow);
  }

  @Test
  void blockWaitsForRoom() {
    subscribe(AT_MOST_ONCE, holding(2, TWO_SECONDS));
    handler.hold("a");
    send("a", "b");

    CompletableFuture<Void> sending = sendBlocked(message("c"));
    assertThat(sending).isNotDone();
    books().inFlight(2).show(2);
    handler.release("a");
    sending.join();
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "b", "c");
    assertThat(handler.signals(GapPossible.class)).isEmpty();
    books().delivered(3).show(3);
  }

  @Test
  void blockDropsTheNewestAfterItsPauseAndFromThenOnAtOnce() {
    subscribe(AT_MOST_ONCE, holding(2, TWO_SECONDS));
    handler.hold("a");
    send("a", "b");

    CompletableFuture<Void> sending = sendBlocked(message("c"));
    time.advance(Duration.ofMillis(1_999));
    assertThat(sending).isNotDone();
    time.advance(Duration.ofMillis(1));
    sending.join();
    send("d", "e"); // would hang if these waited

    books().inFlight(2).dropped(3).show(5);
    handler.release("a");
    awaitIdle();
    assertThat(handler.started()).containsExactly("a", "b");
    books().delivered(2).dropped(3).show(5);
  }

  @Test
  void blockHasItsWholePauseAgainAfterTheBufferDrainedToHalf() {
    subscribe(AT_MOST_ONCE, holding(2, TWO_SECONDS));
    handler.hold("a", "d");
    send("a", "b");
    CompletableFuture<Void> first = sendBlocked(message("c"));
    time.advance(Duration.ofSeconds(2));
    first.join();
    handler.release("a");
    awaitIdle();

    send("d", "e");
    CompletableFuture<Void> second = sendBlocked(message("f"));
    time.advance(Duration.ofMillis(1_999));
    assertThat(second).isNotDone();
    handler.release("d");
    second.join();
    awaitIdle();

    assertThat(handler.started()).containsExactly("a", "b", "d", "e", "f");
    books().delivered(5).dropped(1).show(6);
  }

  @Test
  void blockDoesNotWaitForEverForRoomThatIsTooSmall() {
    subscribe(AT_MOST_ONCE, holding(8, TWO_SECONDS));
    handler.hold("a", "b");
    send(message("a").size(600));
    send(message("b").size(100));

    CompletableFuture<Void> sending = sendBlocked(message("big").size(950));
    handler.release("a");
    handler.awaitStarted("b"); // drained to less than half, and still too full for it
    time.advance(Duration.ofSeconds(2));
    sending.join();

    books().inFlight(1).delivered(1).dropped(1).show(3);
    handler.release("b");
    awaitIdle();
    books().delivered(2).dropped(1).show(3);
  }

  @Test
  void everyReaderThatWaitsIsWokenWhenThereIsRoom() {
    subscribe(AT_MOST_ONCE, holding(8, TWO_SECONDS));
    handler.hold("a", "b");
    send(message("a").size(500));
    send(message("b").size(500));

    CompletableFuture<Void> big = sendBlocked(message("big").size(900));
    CompletableFuture<Void> small = inBackground(() -> send(message("small").size(10)));
    handler.release("a");
    small.join();
    assertThat(big).isNotDone();
    handler.release("b");
    big.join();
    awaitIdle();

    books().delivered(4).show(4);
  }

  @Test
  void aReaderThatWaitsForRoomIsLetGoByClose() {
    subscribe(AT_MOST_ONCE, holding(1, TWO_SECONDS));
    handler.hold("a");
    send("a");
    handler.awaitStarted("a");

    CompletableFuture<Void> sending = sendBlocked(message("b"));
    subscription().close(NOW);
    sending.join();

    assertThat(handler.started()).containsExactly("a");
    books().dropped(1).show(1);
  }

  @Test
  void dropOldestDropsWhatHasWaitedLongest() {
    subscribe(AT_MOST_ONCE, holding(3, OverflowPolicy.dropOldest()));
    handler.hold("a");
    send("a");
    handler.awaitStarted("a");

    send("b", "c", "d", "e");

    books().inFlight(3).dropped(2).show(5);
    handler.release("a");
    awaitIdle();
    assertThat(handler.started()).containsExactly("a", "d", "e");
    books().delivered(3).dropped(2).show(5);
  }

  @Test
  void dropOldestDropsAsManyAsTheNewOneNeeds() {
    subscribe(AT_MOST_ONCE, holding(100, OverflowPolicy.dropOldest()));
    handler.hold("a");
    send(message("a").size(100));
    handler.awaitStarted("a");

    send(message("b").size(300));
    send(message("c").size(300));
    send(message("d").size(300));
    send(message("e").size(500));

    books().inFlight(3).dropped(2).show(5);
    handler.release("a");
    awaitIdle();
    assertThat(handler.started()).containsExactly("a", "d", "e");
    books().delivered(3).dropped(2).show(5);
  }

  @Test
  void dropOldestDropsTheNewestWhenDroppingAllThatWaitWouldNotHelp() {
    subscribe(AT_MOST_ONCE, holding(100, OverflowPolicy.dropOldest()));
    handler.hold("a");
    send(message("a").size(600));
    handler.awaitStarted("a");

    send("b", "c");
    send(message("huge").size(900));

    books().inFlight(3).dropped(1).show(4);
    handler.release("a");
    awaitIdle();
    assertThat(handler.started()).containsExactly("a", "b", "c");
    books().delivered(3).dropped(1).show(4);
  }

  @Test
  void dropOldestDropsTheNewestWhenEverythingIsBeingHandled() {
    subscribe(
        AT_MOST_ONCE,
        options ->
            holding(2, OverflowPolicy.dropOldest())
                .apply(options)
                .concurrency(Concurrency.unordered(2)));
    handler.hold("a", "b");
    send("a", "b");
    handler.awaitStarted("a", "b");

    send("c");

    books().inFlight(2).dropped(1).show(3);
    handler.release("a", "b");
    awaitIdle();
    books().delivered(2).dropped(1).show(3);
  }

  @Test
  void dropOldestFindsTheOldestAmongSubjectsToo() {
    subscribe(
        AT_MOST_ONCE,
        options ->
            holding(5, OverflowPolicy.dropOldest())
                .apply(options)
                .concurrency(Concurrency.keyed(2)));
    handler.hold("a1", "b1");
    send(message("a1").subject("a"));
    send(message("b1").subject("b"));
    handler.awaitStarted("a1", "b1");
    send(message("a2").subject("a")); // waits behind a1
    send(message("c1").subject("c")); // waits for a slot, and c2 behind it
    send(message("c2").subject("c"));

    send(message("b2").subject("b"));
    send(message("b3").subject("b"));

    books().inFlight(5).dropped(2).show(7);
    handler.release("a1", "b1");
    awaitIdle();
    assertThat(handler.started())
        .containsExactlyInAnyOrder("a1", "b1", "c2", "b2", "b3")
        .containsSubsequence("b1", "b2", "b3");
    books().delivered(5).dropped(2).show(7);
  }

  @Test
  void whatIsDroppedIsNeverAcknowledged() {
    subscribe(AT_LEAST_ONCE, holding(2, OverflowPolicy.dropOldest()));
    handler.hold("a");
    send("a");
    handler.awaitStarted("a");

    List<ScriptedMessage> sent = send("b", "c");
    handler.release("a");
    awaitIdle();

    assertThat(sent.get(0).settled()).isEmpty();
    assertThat(sent.get(1).settled()).containsExactly("ack");
    ScriptedMessage again = send(message("b"));
    awaitSettled(again, "ack");
    awaitIdle();
    books().delivered(3).dropped(1).show(4);
  }

  @Test
  void failEndsTheSubscriptionWithAnOverflow() {
    subscribe(AT_MOST_ONCE, holding(2, OverflowPolicy.fail()));
    handler.hold("a");

    send("a", "b", "c");

    CompletableFuture<Void> completion = subscription().completion().toCompletableFuture();
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(completion::join)
        .withCauseInstanceOf(OverflowException.class)
        .withMessageContaining("2 events");
    assertThat(subscription().status().state()).isEqualTo(SourceState.FAILED);
    assertThat(subscription().status().lastError()).isInstanceOf(OverflowException.class);
    assertThat(source().send(message("d"))).isFalse();
    books().dropped(3).show(3);
    Closed closed = handler.awaitSignals(Closed.class, 1).get(0);
    assertThat(closed.cause()).isInstanceOf(OverflowException.class);
  }

  @Test
  void theFirstDropIsSignalledAtOnceAndThoseOfTheNextSecondTogether() {
    subscribe(AT_MOST_ONCE, holding(1, OverflowPolicy.block(NOW)));
    Instant start = time.clock().instant();
    handler.hold("a");
    send("a");

    send("b");
    GapPossible first = handler.awaitSignals(GapPossible.class, 1).get(0);
    time.advance(Duration.ofMillis(300));
    send("c");
    time.advance(Duration.ofMillis(300));
    send("d", "e");
    handler.awaitSignals(GapPossible.class, 1);
    time.advance(Duration.ofMillis(400));
    GapPossible second = handler.awaitSignals(GapPossible.class, 2).get(1);

    assertThat(first.dropped()).isEqualTo(1);
    assertThat(first.from()).isEqualTo(start);
    assertThat(second.dropped()).isEqualTo(3);
    assertThat(second.from()).isEqualTo(start.plusMillis(300));
    assertThat(second.to()).isEqualTo(start.plusMillis(600));
    handler.release("a");
    awaitIdle();
    books().delivered(1).dropped(4).show(5);
  }

  @Test
  void aDropAfterAQuietSecondIsSignalledAtOnceAgain() {
    subscribe(AT_MOST_ONCE, holding(1, OverflowPolicy.block(NOW)));
    handler.hold("a");
    send("a", "b");

    time.advance(Duration.ofSeconds(1));
    send("c");

    assertThat(handler.awaitSignals(GapPossible.class, 2))
        .extracting(GapPossible::dropped)
        .containsExactly(1L, 1L);
    handler.release("a");
    awaitIdle();
    books().delivered(1).dropped(2).show(3);
  }

  @Test
  void noDropGoesUnsaidWhenTheSubscriptionIsClosed() {
    subscribe(AT_MOST_ONCE, holding(2, OverflowPolicy.block(NOW)));
    handler.hold("a");

    send("a", "b", "c", "d", "e");
    subscription().close(NOW);

    List<GapPossible> gaps = handler.signals(GapPossible.class);
    assertThat(gaps).extracting(GapPossible::dropped).containsExactly(1L, 2L, 2L);
    assertThat(gaps.get(2).reason()).contains("closed");
    List<SourceSignal> all = handler.signals();
    assertThat(all.get(all.size() - 1)).isInstanceOf(Closed.class);
    books().dropped(5).show(5);
  }

  @Test
  void whatARedeliveringSourceGetsBackAtCloseIsNoGap() {
    subscribe(AT_LEAST_ONCE);
    handler.hold("a");

    send("a", "b");
    subscription().close(NOW);

    assertThat(handler.signals(GapPossible.class)).isEmpty();
    books().dropped(2).show(2);
  }
}
