package dev.infraevents.testkit.junit;

import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.TimeUnit;

/** One task on a {@link Timeline}. */
final class VirtualTask<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {

  private final Timeline timeline;
  private final long period; // 0: once; above: fixed rate; below: fixed delay
  private final boolean reportsFailure;

  // Written under the timeline's lock, and only while the task is not in its queue.
  private volatile long due;
  private volatile long sequence;

  VirtualTask(Timeline timeline, Callable<V> body, long period, boolean reportsFailure) {
    super(body);
    this.timeline = timeline;
    this.period = period;
    this.reportsFailure = reportsFailure;
  }

  void place(long due, long sequence) {
    this.due = due;
    this.sequence = sequence;
  }

  long due() {
    return due;
  }

  @Override
  public boolean isPeriodic() {
    return period != 0;
  }

  @Override
  public void run() {
    if (!isPeriodic()) {
      super.run();
    } else if (super.runAndReset()) {
      timeline.repeat(this, period);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    timeline.remove(this);
    return cancelled;
  }

  @Override
  protected void setException(Throwable failure) {
    super.setException(failure);
    if (reportsFailure) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
    }
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return unit.convert(due - timeline.elapsed(), TimeUnit.NANOSECONDS);
  }

  @Override
  public int compareTo(Delayed other) {
    if (other instanceof VirtualTask<?> that) {
      int byDue = Long.compare(due, that.due);
      return byDue != 0 ? byDue : Long.compare(sequence, that.sequence);
    }
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }
}
