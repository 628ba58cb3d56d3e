package dev.infraevents.testkit.junit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The state behind {@link VirtualTime}: what time it is and what waits for which time. */
final class Timeline {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final PriorityQueue<VirtualTask<?>> queue = new PriorityQueue<>();
  private long elapsed;
  private long submitted;
  private boolean shutdown;
  private @Nullable Thread runner;

  /** Nanoseconds since the start. */
  long elapsed() {
    lock.lock();
    try {
      return elapsed;
    } finally {
      lock.unlock();
    }
  }

  void moveTo(long target) {
    lock.lock();
    try {
      elapsed = target;
    } finally {
      lock.unlock();
    }
  }

  /** Makes the calling thread the one that runs tasks; waits while another one is. */
  void enter() {
    lock.lock();
    try {
      if (runner == Thread.currentThread()) {
        throw new IllegalStateException("a task can not advance the time it runs in");
      }
      while (runner != null) {
        changed.awaitUninterruptibly();
      }
      runner = Thread.currentThread();
    } finally {
      lock.unlock();
    }
  }

  void leave() {
    lock.lock();
    try {
      runner = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the next task due at or before the target, and moves time to when it is due. */
  @Nullable VirtualTask<?> takeDue(long target) {
    lock.lock();
    try {
      VirtualTask<?> head = queue.peek();
      if (head == null || head.due() > target) {
        return null;
      }
      elapsed = Math.max(elapsed, head.due());
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  void add(VirtualTask<?> task, long delay) {
    lock.lock();
    try {
      if (shutdown) {
        throw new RejectedExecutionException("virtual time is shut down");
      }
      task.place(sum(elapsed, Math.max(0, delay)), submitted++);
      queue.add(task);
    } finally {
      lock.unlock();
    }
  }

  /** Puts a periodic task that just ran back in its place. */
  void repeat(VirtualTask<?> task, long period) {
    lock.lock();
    try {
      if (!shutdown && !task.isCancelled()) {
        task.place(sum(period > 0 ? task.due() : elapsed, Math.abs(period)), submitted++);
        queue.add(task);
      }
    } finally {
      lock.unlock();
    }
  }

  void remove(VirtualTask<?> task) {
    lock.lock();
    try {
      queue.remove(task);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  Optional<Duration> nextDelay() {
    lock.lock();
    try {
      return Optional.ofNullable(queue.peek())
          .map(task -> Duration.ofNanos(Math.max(0, task.due() - elapsed)));
    } finally {
      lock.unlock();
    }
  }

  void shutdown() {
    lock.lock();
    try {
      shutdown = true;
      queue.removeIf(VirtualTask::isPeriodic);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  List<Runnable> shutdownNow() {
    lock.lock();
    try {
      shutdown = true;
      List<Runnable> neverRun = new ArrayList<>(queue);
      queue.clear();
      changed.signalAll();
      return neverRun;
    } finally {
      lock.unlock();
    }
  }

  boolean isShutdown() {
    lock.lock();
    try {
      return shutdown;
    } finally {
      lock.unlock();
    }
  }

  boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long left = unit.toNanos(timeout);
    lock.lock();
    try {
      while (!(shutdown && queue.isEmpty() && runner == null)) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  boolean isTerminated() {
    lock.lock();
    try {
      return shutdown && queue.isEmpty() && runner == null;
    } finally {
      lock.unlock();
    }
  }

  /** The sum of two times that are not negative, held at the end of time. */
  static long sum(long elapsed, long delay) {
    return delay > Long.MAX_VALUE - elapsed ? Long.MAX_VALUE : elapsed + delay;
  }
}
