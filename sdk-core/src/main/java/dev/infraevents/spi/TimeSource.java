package dev.infraevents.spi;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * All the time there is for a source: a test passes its own and decides when it passes.
 *
 * @param clock wall-clock time, for stamps and deadlines that a server set
 * @param ticker monotonic nanoseconds, for everything that is measured
 * @param timers runs delayed tasks, which are short and do not block; not shut down by the source
 */
public record TimeSource(
    InstantSource clock, LongSupplier ticker, ScheduledExecutorService timers) {

  /**
   * The system's clocks with timers of the caller's.
   *
   * @param timers runs delayed tasks
   * @return a time source
   */
  public static TimeSource system(ScheduledExecutorService timers) {
    return new TimeSource(InstantSource.system(), System::nanoTime, timers);
  }

  /**
   * Wall-clock time.
   *
   * @return now
   */
  public Instant now() {
    return clock.instant();
  }

  /**
   * Monotonic time.
   *
   * @return nanoseconds since some moment
   */
  public long nanoTime() {
    return ticker.getAsLong();
  }
}
