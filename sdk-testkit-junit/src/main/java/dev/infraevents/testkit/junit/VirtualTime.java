package dev.infraevents.testkit.junit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Time that passes only when a test says so, with the scheduler that lives in it.
 *
 * <p>Hand {@link #clock()}, {@code time::nanoTime} and the object itself (a {@link
 * ScheduledExecutorService}) to the code under test, then let time pass:
 *
 * <pre>{@code
 * var time = new VirtualTime();
 * time.schedule(() -> reconnect(), 30, TimeUnit.SECONDS);
 * time.advance(Duration.ofSeconds(29)); // nothing
 * time.advance(Duration.ofSeconds(1)); // reconnect() runs, on this thread
 * }</pre>
 *
 * <p>Tasks run on the thread that calls {@link #advance} or {@link #runUntilIdle}, one after
 * another, in the order of their due time and, where that is equal, of their submission. While a
 * task runs, time stands at the instant it was due. Any thread may schedule, cancel and read time
 * concurrently.
 *
 * <p>What a task given to {@link #execute} throws goes to the uncaught exception handler of the
 * thread that ran it, as with a real executor; what a scheduled task throws is in its future.
 */
public final class VirtualTime extends AbstractExecutorService implements ScheduledExecutorService {

  private static final Instant DEFAULT_START = Instant.parse("2026-01-01T00:00:00Z");

  // One minute before overflow: code that compares two readings by < instead of by their
  // difference works on most machines for years, and fails here.
  private static final long NANO_ORIGIN = Long.MAX_VALUE - Duration.ofMinutes(1).toNanos();

  private final Instant start;
  private final Timeline timeline = new Timeline();

  /** Time that starts at 2026-01-01T00:00:00Z. */
  public VirtualTime() {
    this(DEFAULT_START);
  }

  /**
   * Time that starts at a chosen instant.
   *
   * @param start what {@link #clock()} says until time is advanced
   */
  public VirtualTime(Instant start) {
    this.start = Objects.requireNonNull(start, "start");
  }

  /**
   * The wall clock of this time.
   *
   * @return a live view: it follows {@link #advance}
   */
  public InstantSource clock() {
    return () -> start.plusNanos(timeline.elapsed());
  }

  /**
   * The counterpart of {@link System#nanoTime()}. As there, only the difference of two readings
   * means something: the value overflows after the first minute, on purpose.
   *
   * @return nanoseconds since an arbitrary origin
   */
  public long nanoTime() {
    return NANO_ORIGIN + timeline.elapsed();
  }

  /**
   * Lets time pass and runs what becomes due on the way, including what those tasks schedule in
   * turn.
   *
   * @param by how much time passes, zero or more
   * @return how many tasks ran
   * @throws IllegalStateException when called from inside a task
   */
  public int advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("time can not go back: " + by);
    }
    timeline.enter();
    try {
      long target = Timeline.sum(timeline.elapsed(), by.toNanos());
      int count = 0;
      for (var task = timeline.takeDue(target); task != null; task = timeline.takeDue(target)) {
        task.run();
        count++;
      }
      timeline.moveTo(target);
      return count;
    } finally {
      timeline.leave();
    }
  }

  /**
   * Runs what is due now, including what those tasks submit in turn, until nothing is. Time does
   * not move.
   *
   * @return how many tasks ran
   * @throws IllegalStateException when called from inside a task
   */
  public int runUntilIdle() {
    return advance(Duration.ZERO);
  }

  /**
   * How many tasks wait, due or not. A periodic task counts once.
   *
   * @return the number of tasks waiting
   */
  public int pendingTasks() {
    return timeline.size();
  }

  /**
   * How long it is until the next task is due.
   *
   * @return the delay, zero when a task is due now, empty when no task waits
   */
  public Optional<Duration> nextDelay() {
    return timeline.nextDelay();
  }

  @Override
  public void execute(Runnable command) {
    timeline.add(new VirtualTask<>(timeline, Executors.callable(command), 0, true), 0);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return schedule(Executors.callable(command), delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return scheduled(new VirtualTask<>(timeline, callable, 0, false), unit.toNanos(delay));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return periodic(command, unit.toNanos(initialDelay), requirePositive(unit.toNanos(period)));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return periodic(command, unit.toNanos(initialDelay), -requirePositive(unit.toNanos(delay)));
  }

  @Override
  public Future<?> submit(Runnable task) {
    return schedule(task, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public <T> Future<T> submit(Runnable task, T result) {
    return schedule(Executors.callable(task, result), 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public <T> Future<T> submit(Callable<T> task) {
    return schedule(task, 0, TimeUnit.NANOSECONDS);
  }

  /** Takes no new tasks and forgets the periodic ones; those that wait for their time still run. */
  @Override
  public void shutdown() {
    timeline.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return timeline.shutdownNow();
  }

  /** Shuts down and forgets what still waits. */
  // On JDK 19 and later this replaces ExecutorService.close(), which would wait a day for tasks
  // that only a later advance() could run.
  @SuppressWarnings("MissingOverride")
  public void close() {
    shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return timeline.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return timeline.isTerminated();
  }

  /**
   * Waits, in real time, for other threads to run or to drop what waits. Virtual time does not
   * move.
   */
  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return timeline.awaitTermination(timeout, unit);
  }

  @Override
  public String toString() {
    return "VirtualTime[now=" + clock().instant() + ", pending=" + timeline.size() + "]";
  }

  private ScheduledFuture<?> periodic(Runnable command, long initialDelay, long period) {
    var task = new VirtualTask<>(timeline, Executors.callable(command), period, false);
    return scheduled(task, initialDelay);
  }

  private <V> ScheduledFuture<V> scheduled(VirtualTask<V> task, long delay) {
    timeline.add(task, delay);
    return task;
  }

  private static long requirePositive(long period) {
    if (period <= 0) {
      throw new IllegalArgumentException("a period has to be positive: " + period + " ns");
    }
    return period;
  }
}
