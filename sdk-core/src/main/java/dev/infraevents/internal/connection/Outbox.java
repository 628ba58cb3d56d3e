package dev.infraevents.internal.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What listeners are to be told, in the order in which it happened. Filled under the supervisor's
 * lock, emptied outside it by one thread at a time.
 */
final class Outbox {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger callers = new AtomicInteger();

  void add(Runnable message) {
    waiting.add(message);
  }

  /** Sees to it that what waits goes out; if a thread is at it, that one does the rest too. */
  void flush() {
    if (callers.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    while (seen != 0) {
      Runnable message;
      while ((message = waiting.poll()) != null) {
        run(message);
      }
      seen = callers.addAndGet(-seen);
    }
  }

  /** Runs code that is not ours: its failure must not keep the rest from being done. */
  static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "a transport or a listener failed", e);
    }
  }
}
