package dev.infraevents.internal;

import dev.infraevents.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The time of one subscription. Remembers its timers, so that ending the subscription ends them
 * all.
 */
public final class Timing {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  /** More than any process lives, and still within 63 bits of nanoseconds. */
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private final TimeSource time;
  private final Set<Timer> pending = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  /**
   * Makes a scope without timers.
   *
   * @param time the clocks and timers
   */
  public Timing(TimeSource time) {
    this.time = time;
  }

  /**
   * Wall-clock time.
   *
   * @return now
   */
  public Instant now() {
    return time.now();
  }

  /**
   * Monotonic time.
   *
   * @return nanoseconds
   */
  public long nanoTime() {
    return time.nanoTime();
  }

  /**
   * Runs a task later, unless the subscription has ended by then.
   *
   * @param task short, not blocking
   * @param delay how much later
   * @return to cancel it
   */
  public Timer schedule(Runnable task, Duration delay) {
    Timer timer = new Timer(task);
    pending.add(timer);
    try {
      timer.scheduled(time.timers().schedule(timer, nanos(delay), TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException e) {
      timer.cancel(); // the caller's timers were shut down before the subscription was closed
    }
    if (ended) {
      timer.cancel();
    }
    return timer;
  }

  private static long nanos(Duration delay) {
    return delay.compareTo(FOREVER) < 0 ? delay.toNanos() : FOREVER.toNanos();
  }

  /** Cancels every timer, and those still to come. */
  public void end() {
    ended = true;
    pending.forEach(Timer::cancel);
  }

  /** A task that waits for its time. Runs once at most. */
  public final class Timer implements Runnable {
    private final Runnable task;
    private final AtomicBoolean spent = new AtomicBoolean();
    private volatile @Nullable Future<?> scheduled;

    private Timer(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (spent.compareAndSet(false, true)) {
        pending.remove(this);
        try {
          task.run();
        } catch (RuntimeException | Error e) {
          LOG.log(System.Logger.Level.ERROR, "a timer task failed; please report this", e);
        }
      }
    }

    /** Sees to it that the task does not run, if it has not begun to. */
    public void cancel() {
      if (spent.compareAndSet(false, true)) {
        pending.remove(this);
        unschedule();
      }
    }

    /**
     * Says whether there is nothing left to cancel.
     *
     * @return true once the task has been started or cancelled
     */
    public boolean isSpent() {
      return spent.get();
    }

    private void scheduled(Future<?> future) {
      scheduled = future;
      if (spent.get()) {
        unschedule();
      }
    }

    private void unschedule() {
      Future<?> future = scheduled;
      if (future != null) {
        future.cancel(false);
      }
    }
  }
}
