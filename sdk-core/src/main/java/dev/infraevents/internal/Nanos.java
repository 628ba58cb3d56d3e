package dev.infraevents.internal;

import java.time.Duration;

/** Durations as nanoseconds. */
public final class Nanos {

  private static final Duration MOST = Duration.ofNanos(Long.MAX_VALUE);

  private Nanos() {}

  /**
   * Converts a duration.
   *
   * @param duration any; a token may well expire in the year 9999
   * @return its nanoseconds: none if it is negative, 292 years at most
   */
  public static long of(Duration duration) {
    if (duration.compareTo(MOST) >= 0) {
      return Long.MAX_VALUE;
    }
    return duration.isNegative() ? 0 : duration.toNanos();
  }
}
