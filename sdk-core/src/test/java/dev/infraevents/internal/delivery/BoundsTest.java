package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.DEMAND_DRIVEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SourceSignal.Lagging;
import dev.infraevents.testing.ScriptedMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundsTest extends EngineTest {

  private static DeliveryOptions.Builder dropNewest(DeliveryOptions.Builder options) {
    return options.overflow(OverflowPolicy.block(NOW));
  }

  private void awaitRoomCalls(int count) {
    eventually().until(() -> source().roomCalls() >= count);
    assertThat(source().roomCalls()).isEqualTo(count);
  }

  @Test
  void noMoreEventsAreHeldThanAllowed() {
    subscribe(AT_MOST_ONCE, options -> dropNewest(options).buffer(3, 1_000));
    handler.hold("a");

    send("a", "b", "c", "d", "e");

    books().inFlight(3).dropped(2).show(5);
    handler.release("a");
    awaitIdle();
    assertThat(handler.started()).containsExactly("a", "b", "c");
    books().delivered(3).dropped(2).show(5);
  }

  @Test
  void noMoreBytesAreHeldThanAllowed() {
    subscribe(AT_MOST_ONCE, options -> dropNewest(options).buffer(1_000, 100));
    handler.hold("a");

    send(message("a").size(40));
    send(message("b").size(40));
    send(message("c").size(40));
    send(message("d").size(20));

    assertThat(subscription().stats().inFlightBytes()).isEqualTo(100);
    books().inFlight(3).dropped(1).show(4);
    handler.release("a");
    awaitIdle();
    assertThat(handler.started()).containsExactly("a", "b", "d");
    assertThat(subscription().stats().inFlightBytes()).isZero();
    books().delivered(3).dropped(1).show(4);
  }

  @Test
  void anEventBiggerThanTheBoundIsTakenWhenNothingElseWaits() {
    subscribe(AT_MOST_ONCE, options -> dropNewest(options).buffer(10, 100));
    handler.hold("small");

    send(message("big").size(5_000));
    awaitIdle();
    send(message("small").size(1));
    send(message("big too").size(5_000));
    handler.release("small");
    awaitIdle();

    assertThat(handler.started()).containsExactly("big", "small");
    books().delivered(2).dropped(1).show(3);
  }

  @Test
  void aSourceThatCanBeSlowedDownIsToldWhenTheBufferIsFull() {
    subscribe(DEMAND_DRIVEN, options -> options.buffer(2, 1_000));
    handler.hold("a");

    assertThat(source().send(message("a"))).isTrue();
    assertThat(source().send(message("b"))).isFalse();
    assertThat(source().roomCalls()).isZero();
    handler.release("a");
    awaitIdle();

    awaitRoomCalls(1);
    books().delivered(2).show(2);
  }

  @Test
  void aSourceThatCanBeSlowedDownIsToldWhenTheBytesAreUsedUp() {
    subscribe(DEMAND_DRIVEN, options -> options.buffer(100, 10));
    handler.hold("a");

    assertThat(source().send(message("a").size(9))).isTrue();
    assertThat(source().send(message("b").size(9))).isFalse();
    handler.release("a");
    awaitIdle();

    awaitRoomCalls(1);
    books().delivered(2).show(2);
  }

  @Test
  void whatASlowedDownSourceStillBringsIsTakenAndEachRefusalIsTakenBackOnce() {
    subscribe(DEMAND_DRIVEN, options -> options.buffer(2, 1_000));
    handler.hold("a");

    List<Boolean> room =
        List.of("a", "b", "c", "d").stream().map(id -> source().send(message(id))).toList();

    assertThat(room).containsExactly(true, false, false, false);
    books().inFlight(4).show(4);
    handler.release("a");
    awaitIdle();
    awaitRoomCalls(3);
    assertThat(handler.started()).containsExactly("a", "b", "c", "d");
    books().delivered(4).show(4);
  }

  @Test
  void aMessageThatNeedsNoRoomIsRefusedMoreAllTheSameWhenTheBufferIsFull() {
    subscribe(
        DEMAND_DRIVEN,
        options -> options.buffer(1, 1_000).filter(envelope -> envelope.subject() == null));
    handler.hold("a");

    assertThat(source().send(message("a"))).isFalse();
    assertThat(source().send(message("filtered").subject("s"))).isFalse();
    assertThat(source().send(message("a"))).as("attached").isFalse();
    handler.release("a");
    awaitIdle();

    awaitRoomCalls(3);
    books().delivered(1).filtered(1).deduplicated(1).show(3);
  }

  @Test
  void aSourceWhoseResumeThrowsHarmsNobody() {
    subscribe(DEMAND_DRIVEN, options -> options.buffer(1, 1_000));
    source()
        .connection()
        .onRoom(
            () -> {
              throw new IllegalStateException("the transport's");
            });

    send("a");
    awaitIdle();
    send("b");
    awaitIdle();

    books().delivered(2).show(2);
  }

  @Test
  void laggingIsSaidAtHalfFullAndOncePerCongestion() {
    subscribe(AT_MOST_ONCE, options -> dropNewest(options).buffer(8, 1_000));
    handler.hold("a", "c");

    send("a", "b", "x");
    assertThat(handler.signals(Lagging.class)).isEmpty();
    send("c", "d", "e", "f", "g", "too many");
    Lagging first = handler.awaitSignals(Lagging.class, 1).get(0);
    assertThat(first.buffered()).isEqualTo(4);
    assertThat(first.dropped()).isZero();
    handler.release("a");
    handler.awaitStarted("c");
    send("h");

    handler.release("c");
    awaitIdle();
    assertThat(handler.awaitSignals(Lagging.class, 1)).hasSize(1);
    books().delivered(9).dropped(1).show(10);
  }

  @Test
  void laggingIsSaidAgainAfterTheBufferHasDrained() {
    subscribe(AT_MOST_ONCE, options -> dropNewest(options).buffer(8, 1_000));
    handler.hold("a", "e");

    send("a", "b", "c", "d");
    handler.awaitSignals(Lagging.class, 1);
    handler.release("a");
    awaitIdle();
    send("e", "f", "g", "h");

    handler.awaitSignals(Lagging.class, 2);
    handler.release("e");
    awaitIdle();
    books().delivered(8).show(8);
  }

  @Test
  void aBufferThatStaysAboutHalfFullLagsOnlyOnce() {
    subscribe(AT_MOST_ONCE, options -> dropNewest(options).buffer(8, 1_000));
    handler.hold("0", "1", "2", "3", "4", "5");

    send("0", "1", "2", "3");
    for (int i = 0; i < 3; i++) {
      handler.release(String.valueOf(i));
      handler.awaitStarted(String.valueOf(i + 1));
      send(String.valueOf(i + 4));
    }

    handler.release("3", "4", "5");
    awaitIdle();
    handler.awaitSignals(Lagging.class, 1);
    books().delivered(7).show(7);
  }

  @Test
  void laggingCountsBytesToo() {
    subscribe(AT_MOST_ONCE, options -> dropNewest(options).buffer(1_000, 100));
    handler.hold("a");

    send(message("a").size(30));
    send(new ScriptedMessage("b").size(30));

    handler.awaitSignals(Lagging.class, 1);
    handler.release("a");
    awaitIdle();
    books().delivered(2).show(2);
  }

  @Test
  void oneEventAloneIsNoLag() {
    subscribe(AT_MOST_ONCE, options -> dropNewest(options).buffer(1, 1_000));

    for (int i = 0; i < 10; i++) {
      send("event " + i);
      awaitIdle();
    }

    assertThat(handler.signals(Lagging.class)).isEmpty();
    books().delivered(10).show(10);
  }
}
