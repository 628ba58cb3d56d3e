package dev.infraevents.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What one client sees. {@link #event} may be called by several threads. */
final class Measured {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Traffic traffic;
  private final long[] late;
  private final AtomicInteger count = new AtomicInteger();

  // Of the first event and of the last one, which two threads may bring.
  private final CountDownLatch done = new CountDownLatch(2);

  // Written before `done` is counted down, read after it.
  private long startTime;
  private long startCpu;
  private long startBytes;
  private long endTime;
  private long endCpu;
  private long endBytes;

  Measured(Traffic traffic) {
    this.traffic = traffic;
    this.late = new long[traffic.isPaced() ? traffic.events() : 0];
  }

  /** One more event, that was due at a time by {@link System#nanoTime} of this machine. */
  void event(long stamp) {
    int measured = count.getAndIncrement() - traffic.warmUp();
    if (measured >= 0 && late.length > 0) {
      late[measured] = System.nanoTime() - (stamp - Frames.STAMP_BASE);
    }
    if (measured == 0) {
      startBytes = allocated();
      startTime = System.nanoTime();
      startCpu = PROCESS.getProcessCpuTime();
      done.countDown();
    }
    if (measured == traffic.events() - 1) {
      endTime = System.nanoTime();
      endCpu = PROCESS.getProcessCpuTime();
      endBytes = allocated();
      done.countDown();
    }
  }

  /** Waits for the last event and prints the result as one line of names and values. */
  String result() throws InterruptedException {
    if (!done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("not all events came: " + count + " of " + traffic);
    }
    double events = traffic.events() - 1;
    String cost =
        String.format(
            Locale.ROOT,
            "wall=%.1f cpu=%.1f bytes=%.1f",
            (endTime - startTime) / events,
            (endCpu - startCpu) / events,
            (endBytes - startBytes) / events);
    if (!traffic.isPaced()) {
      return cost;
    }
    Arrays.sort(late);
    return String.format(
        Locale.ROOT,
        "%s p50=%.1f p99=%.1f p999=%.1f max=%.1f",
        cost,
        micros(0.5),
        micros(0.99),
        micros(0.999),
        micros(1));
  }

  /** By all threads that live; those that work live as long as there are events. */
  private static long allocated() {
    return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())).sum();
  }

  private double micros(double quantile) {
    return late[(int) Math.ceil(quantile * late.length) - 1] / 1e3;
  }
}
