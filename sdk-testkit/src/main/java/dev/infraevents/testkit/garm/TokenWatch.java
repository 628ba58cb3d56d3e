package dev.infraevents.testkit.garm;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for a token to expire by the server's clock. */
final class TokenWatch {

  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  private final Instant expiry;
  private final InstantSource clock;
  private final ScheduledExecutorService timer;
  private final Runnable expired;

  // Guarded by this.
  private @Nullable Future<?> next;
  private boolean stopped;

  TokenWatch(
      Instant expiry, InstantSource clock, ScheduledExecutorService timer, Runnable expired) {
    this.expiry = expiry;
    this.clock = clock;
    this.timer = timer;
    this.expired = expired;
  }

  /** Acts if the time has come, or else looks again when it should have. */
  synchronized void check() {
    Duration left = Duration.between(clock.instant(), expiry);
    if (stopped) {
      return;
    }
    if (left.isNegative() || left.isZero()) {
      expired.run();
    } else {
      Duration wait = left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT;
      next = timer.schedule(this::check, wait.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  synchronized void stop() {
    stopped = true;
    if (next != null) {
      next.cancel(false);
    }
  }
}
