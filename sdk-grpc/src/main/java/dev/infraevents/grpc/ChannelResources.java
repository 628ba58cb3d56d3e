package dev.infraevents.grpc;

import dev.infraevents.spi.ActivitySocketFactory;
import dev.infraevents.spi.SharedTimers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads, timers and sockets of one channel. Thread-safe. */
final class ChannelResources {

  /** Writing borrows a thread for a moment; starting one for every acknowledgement costs more. */
  private static final long SPARE_THREAD_SECONDS = 10;

  private final ExecutorService threads;
  private final ScheduledExecutorService timers = SharedTimers.acquire();
  private final ConnectionWatch watch;
  private final ActivitySocketFactory sockets;

  ChannelResources(String host, Runnable onBytes) {
    this.threads = threads("infra-events-" + host + "-reader-");
    this.watch = new ConnectionWatch(onBytes);
    this.sockets = new ActivitySocketFactory(watch::next);
  }

  ExecutorService threads() {
    return threads;
  }

  ScheduledExecutorService timers() {
    return timers;
  }

  ActivitySocketFactory sockets() {
    return sockets;
  }

  ConnectionWatch watch() {
    return watch;
  }

  /** Ends all of it. The channel must not need it any more. */
  void release() {
    sockets.close();
    threads.shutdown();
    SharedTimers.release();
  }

  private static ExecutorService threads(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        SPARE_THREAD_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> new ReaderThread(task, prefix + count.incrementAndGet()));
  }

  /** gRPC renames the thread that reads; this one takes its own name back. */
  static final class ReaderThread extends Thread {
    private final String ownName;

    ReaderThread(Runnable task, String name) {
      super(task, name);
      this.ownName = name;
      setDaemon(true);
    }

    static void keepName() {
      if (Thread.currentThread() instanceof ReaderThread reader
          && !reader.getName().equals(reader.ownName)) {
        reader.setName(reader.ownName);
      }
    }
  }
}
