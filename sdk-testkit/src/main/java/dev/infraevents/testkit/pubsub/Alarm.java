package dev.infraevents.testkit.pubsub;

import dev.infraevents.spi.TimeSource;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One timer for the earliest of many moments. Guarded by the queue's lock; rings outside of it. */
final class Alarm {

  private final TimeSource time;
  private final Runnable ring;
  private @Nullable Future<?> timer;
  private long moment;
  private boolean cancelled;

  /**
   * Not set.
   *
   * @param ring has to call {@link #rung} first
   */
  Alarm(TimeSource time, Runnable ring) {
    this.time = time;
    this.ring = ring;
  }

  /** Rings at that moment, or before. */
  void set(long nanoTime) {
    if (cancelled || (timer != null && moment - nanoTime <= 0)) {
      return;
    }
    if (timer != null) {
      timer.cancel(false);
    }
    moment = nanoTime;
    long delay = Math.max(0, nanoTime - time.nanoTime());
    timer = time.timers().schedule(ring, delay, TimeUnit.NANOSECONDS);
  }

  void rung() {
    timer = null;
  }

  /** Never rings any more. */
  void cancel() {
    cancelled = true;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
