package dev.infraevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class BackoffTest {

  @Property
  void theDelayIsFromZeroToBelowTheCeiling(
      @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long initial,
      @ForAll @LongRange(max = 1_000_000_000_000_000L) long more,
      @ForAll @IntRange(min = 1) int attempt,
      @ForAll @DoubleRange(min = 0, max = 1, maxIncluded = false) double random) {
    var backoff = new Backoff(Duration.ofNanos(initial), Duration.ofNanos(initial + more));
    Duration delay = backoff.delay(attempt, () -> random);
    assertThat(delay).isGreaterThanOrEqualTo(Duration.ZERO).isLessThan(backoff.ceiling(attempt));
  }

  @Property
  void theCeilingDoublesUntilTheCap(
      @ForAll @LongRange(min = 1, max = 1_000_000_000L) long initial,
      @ForAll @LongRange(max = 1_000_000_000_000L) long more,
      @ForAll @IntRange(min = 1, max = 100) int attempt) {
    var backoff = new Backoff(Duration.ofNanos(initial), Duration.ofNanos(initial + more));
    Duration twice = backoff.ceiling(attempt).multipliedBy(2);
    assertThat(backoff.ceiling(1)).isEqualTo(Duration.ofNanos(initial));
    assertThat(backoff.ceiling(attempt + 1))
        .isEqualTo(twice.compareTo(backoff.max()) < 0 ? twice : backoff.max());
  }

  @Test
  void theDefaultIsFromAQuarterOfASecondToHalfAMinute() {
    assertThat(Backoff.DEFAULT.ceiling(1)).isEqualTo(Duration.ofMillis(250));
    assertThat(Backoff.DEFAULT.ceiling(7)).isEqualTo(Duration.ofSeconds(16));
    assertThat(Backoff.DEFAULT.ceiling(8)).isEqualTo(Duration.ofSeconds(30));
    assertThat(Backoff.DEFAULT.ceiling(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void noBoundIsTooLong() {
    var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(backoff.delay(Integer.MAX_VALUE, () -> 0.5)).isPositive();
  }

  @Test
  void boundsThatMakeNoSenseAreRefused() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, second))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backoff(second.negated(), second))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backoff(second.plusNanos(1), second))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Backoff.DEFAULT.ceiling(0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
