package dev.infraevents.internal;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the threads of a subscription. They are daemons, named, and end soon after their work. */
final class HandlerThreads {

  private static final Duration IDLE = Duration.ofSeconds(5);

  private HandlerThreads() {}

  /** As many threads as there are tasks; the engine bounds those. */
  static ExecutorService platform(String name) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE.toMillis(),
        TimeUnit.MILLISECONDS,
        new SynchronousQueue<>(),
        daemons(name));
  }

  /** Virtual threads on a JVM that has them, platform threads elsewhere. */
  static ExecutorService virtual(String name) {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException e) {
      return platform(name); // before Java 21
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("can not make virtual threads", e);
    }
  }

  private static ThreadFactory daemons(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
