package dev.infraevents.spi;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one timer thread of all subscriptions and clients. It starts with the first and ends with the
 * last. Thread-safe.
 */
public final class SharedTimers {

  private static @Nullable ScheduledThreadPoolExecutor timers; // guarded by the class
  private static int users; // guarded by the class

  private SharedTimers() {}

  /**
   * Takes a share.
   *
   * @return the timers, whose tasks must be short and not block; in real time
   */
  public static synchronized ScheduledExecutorService acquire() {
    ScheduledThreadPoolExecutor shared = timers;
    if (shared == null) {
      shared = new ScheduledThreadPoolExecutor(1, SharedTimers::thread);
      shared.setRemoveOnCancelPolicy(true);
      timers = shared;
    }
    users++;
    return shared;
  }

  /** Gives a share back. The last one ends the thread, and with it the timers that still wait. */
  public static void release() {
    ScheduledThreadPoolExecutor last = null;
    synchronized (SharedTimers.class) {
      if (--users == 0) {
        last = timers;
        timers = null;
      }
    }
    if (last != null) {
      last.shutdownNow();
      awaitEnd(last);
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "infra-events-timers");
    thread.setDaemon(true);
    return thread;
  }

  // Timer tasks are short; the thread itself may be the one that releases, and can not wait for
  // itself.
  private static void awaitEnd(ScheduledThreadPoolExecutor ended) {
    if (Thread.currentThread().getName().equals("infra-events-timers")) {
      return;
    }
    try {
      if (!ended.awaitTermination(1, TimeUnit.SECONDS)) {
        System.getLogger("dev.infraevents")
            .log(System.Logger.Level.WARNING, "a timer task does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
