package dev.infraevents;

import dev.infraevents.internal.Nanos;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before trying again: exponential with full jitter, so that many clients that
 * lost the same server do not come back together. An immutable value; reset by starting again at
 * attempt 1.
 *
 * @param initial the upper bound of the first wait
 * @param max the upper bound of every wait
 */
public record Backoff(Duration initial, Duration max) {

  /** 250 ms to 30 s. */
  public static final Backoff DEFAULT = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30));

  /**
   * Checks the bounds.
   *
   * @param initial the upper bound of the first wait
   * @param max the upper bound of every wait
   * @throws IllegalArgumentException if initial is not positive, or greater than max
   */
  public Backoff {
    if (initial.isZero() || initial.isNegative() || initial.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "a backoff needs 0 < initial <= max, not " + initial + " and " + max);
    }
  }

  /**
   * The longest wait before an attempt.
   *
   * @param attempt how many attempts have failed in a row; 1 or more
   * @return {@code initial} doubled for each failure after the first, at most {@code max}
   */
  public Duration ceiling(int attempt) {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt counts from 1, not " + attempt);
    }
    Duration half = max.dividedBy(2);
    Duration ceiling = initial;
    for (int i = 1; i < attempt; i++) {
      if (ceiling.compareTo(half) > 0) {
        return max;
      }
      ceiling = ceiling.multipliedBy(2);
    }
    return ceiling;
  }

  /**
   * The wait before an attempt.
   *
   * @param attempt how many attempts have failed in a row; 1 or more
   * @param random gives numbers from 0 (inclusive) to 1 (exclusive)
   * @return a wait spread evenly from 0 to {@link #ceiling}
   */
  public Duration delay(int attempt, DoubleSupplier random) {
    return Duration.ofNanos((long) (Nanos.of(ceiling(attempt)) * random.getAsDouble()));
  }
}
