package dev.infraevents.pubsub;

import static dev.infraevents.pubsub.OrderedKeys.Turn.LATER;
import static dev.infraevents.pubsub.OrderedKeys.Turn.NEVER;
import static dev.infraevents.pubsub.OrderedKeys.Turn.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OrderedKeysTest {

  /** One delivery of a message; two of the same message are not the same. */
  private static final class Sent {
    private final String id;

    Sent(String id) {
      this.id = id;
    }

    @Override
    public String toString() {
      return id;
    }
  }

  private final OrderedKeys<Sent> keys = new OrderedKeys<>(sent -> sent.id);
  private final Sent one = new Sent("1");
  private final Sent two = new Sent("2");
  private final Sent three = new Sent("3");

  private OrderedKeys.Turn enters(String id) {
    return keys.enter("key", new Sent(id));
  }

  @Test
  void oneOfAKeyIsLetThroughAtATime() {
    assertThat(keys.enter("key", one)).isEqualTo(NOW);
    assertThat(keys.enter("key", two)).isEqualTo(LATER);
    assertThat(keys.enter("key", three)).isEqualTo(LATER);
    assertThat(keys.enter("other", new Sent("9"))).isEqualTo(NOW);
    assertThat(keys.acknowledged("key", one)).isSameAs(two);
    assertThat(keys.acknowledged("key", two)).isSameAs(three);
    assertThat(keys.acknowledged("key", three)).isNull();
    assertThat(enters("4")).isEqualTo(NOW);
  }

  @Test
  void whatWaitsBehindAFailureIsGivenUpWithItInItsOrder() {
    keys.enter("key", one);
    keys.enter("key", two);
    keys.enter("key", three);
    assertThat(keys.givenUp("key", one)).containsExactly(two, three);
    assertThat(keys.givenUp("key", two)).isEmpty();
    assertThat(keys.acknowledged("key", three)).isNull();
  }

  @Test
  void whatComesAfterAFailureIsRefusedUntilThatComesAgain() {
    keys.enter("key", one);
    keys.givenUp("key", one);
    assertThat(enters("2")).isEqualTo(NEVER);
    assertThat(enters("3")).isEqualTo(NEVER);
    assertThat(keys.enter("other", new Sent("2"))).isEqualTo(NOW);
    assertThat(enters("1")).isEqualTo(NOW);
    assertThat(enters("2")).isEqualTo(LATER);
  }

  // Several deliveries of the same messages are under way when leases have run out.
  @Test
  void messagesThatComeAgainWithoutTheOneThatFailedAreNotTakenForItsRedelivery() {
    keys.enter("key", one);
    keys.enter("key", two);
    keys.givenUp("key", one);
    assertThat(enters("2")).isEqualTo(NEVER);
    assertThat(enters("3")).isEqualTo(NEVER);
    assertThat(enters("2")).isEqualTo(NEVER);
    assertThat(enters("3")).isEqualTo(NEVER);
    assertThat(enters("1")).isEqualTo(NOW);
  }

  @Test
  void aKeyWhoseFailureWentElsewhereGoesOnWithTheFirstOfThoseThatComeAgain() {
    keys.enter("key", one);
    keys.givenUp("key", one);
    for (int round = 0; round < 3; round++) {
      assertThat(enters("2")).isEqualTo(NEVER);
      assertThat(enters("3")).isEqualTo(NEVER);
    }
    assertThat(enters("2")).isEqualTo(NOW);
    assertThat(enters("3")).isEqualTo(LATER);
  }

  @Test
  void aFailureBehindTheFirstTakesOnlyLaterOnesAlong() {
    keys.enter("key", one);
    keys.enter("key", two);
    keys.enter("key", three);
    assertThat(keys.givenUp("key", two)).containsExactly(three);
    assertThat(enters("4")).isEqualTo(NEVER);
    assertThat(enters("2")).isEqualTo(LATER);
    assertThat(keys.acknowledged("key", one)).hasToString("2");
  }

  @Test
  void aDeliveryThatWasGivenUpDoesNotMoveTheKeyOn() {
    keys.enter("key", one);
    keys.givenUp("key", one);
    Sent again = new Sent("1");
    keys.enter("key", again);
    keys.enter("key", two);
    assertThat(keys.acknowledged("key", one)).isNull();
    assertThat(keys.givenUp("key", one)).isEmpty();
    assertThat(keys.acknowledged("key", again)).isSameAs(two);
  }

  @Test
  void failuresOfKeysThatAreNotHeardOfAgainAreForgottenInTheEnd() {
    keys.enter("key", one);
    keys.givenUp("key", one);
    for (int i = 0; i < 10_000; i++) {
      Sent sent = new Sent("x");
      keys.enter("key-" + i, sent);
      keys.givenUp("key-" + i, sent);
    }
    assertThat(enters("2")).isEqualTo(NOW);
    assertThat(keys.enter("key-9999", two)).isEqualTo(NEVER);
  }
}
