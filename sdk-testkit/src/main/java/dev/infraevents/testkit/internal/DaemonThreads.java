package dev.infraevents.testkit.internal;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The threads of one fake: daemons with a common prefix, all ended before it is closed. */
public final class DaemonThreads implements ThreadFactory {

  private static final long JOIN_SECONDS = 10;

  private final String prefix;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  public DaemonThreads(String prefix) {
    this.prefix = prefix;
  }

  public Thread start(String role, Runnable body) {
    Thread thread = thread(role, body);
    thread.start();
    return thread;
  }

  /** For a timer. */
  @Override
  public Thread newThread(Runnable body) {
    return thread("timer", body);
  }

  /** For a pool of another kind. */
  public ThreadFactory factory(String role) {
    return body -> thread(role, body);
  }

  private Thread thread(String role, Runnable body) {
    Thread thread =
        new Thread(
            () -> {
              try {
                body.run();
              } finally {
                threads.remove(Thread.currentThread());
              }
            },
            prefix + "-" + role);
    thread.setDaemon(true);
    threads.add(thread);
    return thread;
  }

  /** Waits for one of them to end; an interrupt is kept for later. */
  public static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for all of them to end; whoever calls this has told them to. */
  public void join() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(JOIN_SECONDS);
    for (Thread thread : List.copyOf(threads)) {
      if (thread != Thread.currentThread()) {
        join(thread, deadline);
      }
    }
  }

  private static void join(Thread thread, long deadline) {
    try {
      TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (thread.isAlive()) {
      throw new IllegalStateException("thread " + thread.getName() + " does not end");
    }
  }
}
