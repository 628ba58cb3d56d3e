package dev.infraevents.internal.delivery;

import dev.infraevents.SourceSignal;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Delivers signals one at a time, in order, on a handler thread: a listener may block without
 * holding up a connection. Bounded; when a listener is that slow the oldest signals go, with a line
 * in the log.
 */
public final class SignalQueue {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");
  private static final int MAX_WAITING = 1_024;

  private final Executor executor;
  private final Consumer<SourceSignal> listener;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(); // guarded by this
  private boolean draining; // guarded by this
  private boolean ended; // guarded by this
  private boolean overflowed; // guarded by this
  private @Nullable Thread deliveringThread; // guarded by this

  /**
   * Makes an empty queue.
   *
   * @param executor where the listener runs
   * @param listener hears the signals
   */
  public SignalQueue(Executor executor, Consumer<SourceSignal> listener) {
    this.executor = executor;
    this.listener = listener;
  }

  /**
   * Queues a signal, unless the last one has been.
   *
   * @param signal what happened
   */
  public void send(SourceSignal signal) {
    enqueue(() -> deliver(signal), null);
  }

  /**
   * Queues the last signal: none that is sent after it is delivered.
   *
   * @param signal what happened
   * @param then what to do when all have been delivered
   */
  public void sendLast(SourceSignal signal, Runnable then) {
    enqueue(() -> deliver(signal), then);
  }

  /** Gives up what has not been delivered: the listener does not return. */
  public synchronized void discard() {
    ended = true;
    waiting.clear();
  }

  /**
   * Says whether the calling thread is in the listener.
   *
   * @return true inside a delivery
   */
  public synchronized boolean isDeliveringThread() {
    return Thread.currentThread() == deliveringThread;
  }

  private void enqueue(Runnable task, @Nullable Runnable last) {
    synchronized (this) {
      if (ended) {
        return;
      }
      makeRoom();
      waiting.add(task);
      if (last != null) {
        waiting.add(last);
        ended = true;
      }
      if (draining) {
        return;
      }
      draining = true;
    }
    startDraining();
  }

  private void makeRoom() {
    if (waiting.size() < MAX_WAITING) {
      return;
    }
    waiting.poll();
    if (!overflowed) {
      overflowed = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "the signal listener is too slow; the oldest of {0} waiting signals are dropped",
          MAX_WAITING);
    }
  }

  private void startDraining() {
    try {
      executor.execute(this::drain);
    } catch (RuntimeException | Error e) {
      // The caller's executor was shut down before the subscription was closed: signals still
      // count, and this thread may be one that must not wait for the listener.
      Thread thread = new Thread(this::drain, "infra-events-signals");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void drain() {
    while (true) {
      Runnable task;
      synchronized (this) {
        task = waiting.poll();
        deliveringThread = task == null ? null : Thread.currentThread();
        if (task == null) {
          draining = false;
          return;
        }
      }
      task.run();
    }
  }

  private void deliver(SourceSignal signal) {
    try {
      listener.accept(signal);
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.WARNING, "the signal listener failed", e);
    }
    Thread.interrupted(); // whatever the listener left must not reach the next task
  }
}
