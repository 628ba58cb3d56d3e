package dev.infraevents.internal.delivery;

import static dev.infraevents.internal.delivery.AckWindow.Warning.HALF;
import static dev.infraevents.internal.delivery.AckWindow.Warning.NONE;
import static dev.infraevents.internal.delivery.AckWindow.Warning.PASSED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class AckWindowTest {

  private static final Instant DEADLINE = at(60);

  private final AckWindow window = new AckWindow(at(0), DEADLINE);

  private static Instant at(long second) {
    return Instant.ofEpochSecond(1_000_000 + second);
  }

  @Test
  void aLookThatComesEarlyIsRepeatedAtTheSameTime() {
    assertThat(window.look(at(29), DEADLINE)).isEqualTo(NONE);
    assertThat(window.next()).isEqualTo(at(30));
    window.look(at(30), DEADLINE);

    assertThat(window.look(at(59), DEADLINE)).isEqualTo(NONE);
    assertThat(window.next()).isEqualTo(DEADLINE);
  }

  @Test
  void aLookThatComesLateSaysOneThingAfterTheOther() {
    assertThat(window.look(at(70), DEADLINE)).isEqualTo(HALF);
    assertThat(window.next()).isBefore(at(70));
    assertThat(window.look(at(70), DEADLINE)).isEqualTo(PASSED);
    assertThat(window.next()).isNull();
  }

  @Test
  void whatWasSaidIsNotSaidAgain() {
    window.look(at(30), DEADLINE);
    window.look(at(60), DEADLINE);

    assertThat(window.look(at(61), DEADLINE)).isEqualTo(NONE);
    assertThat(window.isLate()).isTrue();
    assertThat(window.end()).isFalse();
  }

  @Test
  void aDeadlineThatMovesAfterItHasPassedBeginsAnew() {
    window.look(at(30), DEADLINE);
    window.look(at(60), DEADLINE);

    assertThat(window.look(at(60), at(80))).isEqualTo(NONE);
    assertThat(window.isLate()).isFalse();
    assertThat(window.next()).isEqualTo(at(70));
    assertThat(window.look(at(70), at(80))).isEqualTo(HALF);
  }

  @Test
  void aDeadlineThatComesNearerCountsFromTheNextLook() {
    window.look(at(30), at(40));

    assertThat(window.next()).isEqualTo(at(40));
    assertThat(window.look(at(40), at(40))).isEqualTo(PASSED);
  }
}
