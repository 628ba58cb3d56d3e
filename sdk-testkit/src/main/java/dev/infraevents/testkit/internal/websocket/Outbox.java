package dev.infraevents.testkit.internal.websocket;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to one client. Events go through a bounded buffer and are dropped
 * without a word when it is full, at once or after they have waited for room; control frames
 * overtake them, as in the real servers.
 */
final class Outbox {

  // A pong that could not be written for this long is not written any more.
  private static final long PONG_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int capacity;
  private final Duration patience;
  private final ScheduledExecutorService timer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<byte[]> events = new ArrayDeque<>();
  private final Deque<Late> late = new ArrayDeque<>();
  private final Deque<Control> controls = new ArrayDeque<>();
  private byte @Nullable [] farewell;
  private boolean stalled;
  private boolean finishing;
  private long dropped;

  /**
   * Begins empty.
   *
   * @param patience how long an event waits for room
   * @param timer where that time passes
   */
  Outbox(int capacity, Duration patience, ScheduledExecutorService timer) {
    this.capacity = capacity;
    this.patience = patience;
    this.timer = timer;
  }

  /** Queues an event; says whether there was room for it, or may be in time. */
  boolean offer(byte[] event) {
    lock.lock();
    try {
      if (finishing) {
        return false;
      }
      if (events.size() >= capacity) {
        return waitForRoom(event);
      }
      events.add(event);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean waitForRoom(byte[] event) {
    if (patience.isZero()) {
      dropped++;
      return false;
    }
    Late waiting = new Late(event);
    late.add(waiting);
    waiting.deadline =
        timer.schedule(() -> giveUp(waiting), patience.toNanos(), TimeUnit.NANOSECONDS);
    return true;
  }

  private void giveUp(Late waiting) {
    lock.lock();
    try {
      if (late.remove(waiting)) {
        dropped++;
      }
    } finally {
      lock.unlock();
    }
  }

  private byte @Nullable [] nextEvent() {
    byte[] next = events.poll();
    Late waiting = late.poll();
    if (waiting != null) {
      waiting.cancel();
      events.add(waiting.event);
    }
    return next;
  }

  boolean isFinishing() {
    lock.lock();
    try {
      return finishing;
    } finally {
      lock.unlock();
    }
  }

  /** Queues bytes behind the events that wait, whether or not there is room. */
  void append(byte[] bytes) {
    lock.lock();
    try {
      if (!finishing) {
        events.add(bytes);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Queues bytes that overtake the events that wait: the answer to the upgrade, then pings. */
  void overtake(byte[] bytes) {
    control(new Control(bytes, null));
  }

  /** As {@link #overtake}, but what can not be written soon is not written at all. */
  void pong(byte[] frame) {
    control(new Control(frame, System.nanoTime()));
  }

  private void control(Control control) {
    lock.lock();
    try {
      if (!finishing) {
        controls.add(control);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets the connection end with these bytes; only the first call counts.
   *
   * @param flush whether events that wait are written before
   * @return whether this was the first call
   */
  boolean finish(byte[] last, boolean flush) {
    lock.lock();
    try {
      if (finishing) {
        return false;
      }
      finishing = true;
      farewell = last;
      late.forEach(Late::cancel);
      if (!flush || stalled) {
        events.clear();
      } else {
        late.forEach(waiting -> events.add(waiting.event));
      }
      late.clear();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  void stall(boolean on) {
    lock.lock();
    try {
      stalled = on;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for what to write next; null after the farewell. */
  byte @Nullable [] take() {
    lock.lock();
    try {
      while (true) {
        Control control = controls.poll();
        if (control != null) {
          if (!control.isStale()) {
            return control.frame;
          }
        } else if (!events.isEmpty() && !stalled) {
          return nextEvent();
        } else if (finishing) {
          byte[] last = farewell;
          farewell = null;
          return last;
        } else {
          changed.awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** An event that found the buffer full. */
  private static final class Late {
    final byte[] event;
    @Nullable Future<?> deadline;

    Late(byte[] event) {
      this.event = event;
    }

    void cancel() {
      if (deadline != null) {
        deadline.cancel(false);
      }
    }
  }

  private static final class Control {
    final byte[] frame;
    final @Nullable Long pongSince;

    Control(byte[] frame, @Nullable Long pongSince) {
      this.frame = frame;
      this.pongSince = pongSince;
    }

    boolean isStale() {
      return pongSince != null && System.nanoTime() - pongSince > PONG_NANOS;
    }
  }
}
