package dev.infraevents.testkit.junit;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The platform threads of this process, without those that belong to no test. */
final class LiveThreads {

  // Threads of the whole process: they start on first use and stay, whoever was the first.
  private static final List<String> PROCESS_WIDE =
      List.of(
          "ForkJoinPool.commonPool-",
          "CompletableFutureDelayScheduler",
          "Keep-Alive-Timer",
          "process reaper",
          "OkHttp TaskRunner",
          "Okio Watchdog",
          "grpc-shared-destroyer-",
          "grpc-default-boss-ELG-", // Netty's loops: a server or channel that is open has a socket
          "grpc-default-worker-ELG-",
          "grpc-nio-boss-ELG-",
          "grpc-nio-worker-ELG-",
          "surefire-",
          "junit-");

  // A thread that is busy now may turn out to be a process-wide one.
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final Set<String> JVM_GROUPS = Set.of("system", "InnocuousThreadGroup");

  private LiveThreads() {}

  static Set<Thread> now(List<String> ignoredPrefixes) {
    ThreadGroup root = Thread.currentThread().getThreadGroup();
    while (root.getParent() != null) {
      root = root.getParent();
    }
    Thread[] threads = new Thread[root.activeCount() + 16];
    int count = root.enumerate(threads);
    while (count == threads.length) { // what does not fit is left out without a word
      threads = new Thread[2 * threads.length];
      count = root.enumerate(threads);
    }
    Set<Thread> result = new LinkedHashSet<>();
    Arrays.stream(threads, 0, count)
        .filter(thread -> !isProcessWide(thread, ignoredPrefixes))
        .forEach(result::add);
    return result;
  }

  /**
   * Waits for the threads that were not there before to end.
   *
   * @return those still alive at the deadline
   */
  static Set<Thread> survivors(Set<Thread> before, List<String> ignoredPrefixes, long deadline)
      throws InterruptedException {
    while (true) {
      Set<Thread> alive = now(ignoredPrefixes);
      alive.removeAll(before);
      long left = deadline - System.nanoTime();
      if (alive.isEmpty() || left <= 0) {
        return alive;
      }
      TimeUnit.NANOSECONDS.timedJoin(alive.iterator().next(), Math.min(left, LOOK_AGAIN_NANOS));
    }
  }

  static String describe(Thread thread) {
    StringBuilder text = new StringBuilder("thread \"").append(thread.getName()).append("\" (");
    text.append(thread.isDaemon() ? "daemon, " : "").append(thread.getState());
    text.append(") is still alive:");
    for (StackTraceElement frame : thread.getStackTrace()) {
      text.append(System.lineSeparator()).append("    at ").append(frame);
    }
    return text.toString();
  }

  private static boolean isProcessWide(Thread thread, List<String> ignoredPrefixes) {
    ThreadGroup group = thread.getThreadGroup();
    String type = thread.getClass().getName();
    return group == null // ended meanwhile
        || JVM_GROUPS.contains(group.getName())
        || type.startsWith("jdk.internal.") // carriers of virtual threads, pollers
        || type.startsWith("org.junit.") // workers of JUnit's parallel execution
        || isIdleTaskRunner(thread)
        || isIdleGrpcWorker(thread)
        || Stream.concat(PROCESS_WIDE.stream(), ignoredPrefixes.stream())
            .anyMatch(thread.getName()::startsWith);
  }

  // gRPC's process-wide pools outlive their last user by a second. A worker that is busy then
  // serves
  // a channel or server that was not closed.
  private static boolean isIdleGrpcWorker(Thread thread) {
    return thread.getName().startsWith("grpc-")
        && Arrays.stream(thread.getStackTrace())
            .anyMatch(
                frame ->
                    frame.getClassName().equals("java.util.concurrent.ThreadPoolExecutor")
                        && frame.getMethodName().equals("getTask"));
  }

  // OkHttp's process-wide threads keep the name of their last task while they wait for the next.
  private static boolean isIdleTaskRunner(Thread thread) {
    return thread.getName().startsWith("OkHttp ")
        && Arrays.stream(thread.getStackTrace())
            .anyMatch(
                frame ->
                    frame.getClassName().equals("okhttp3.internal.concurrent.TaskRunner")
                        && frame.getMethodName().equals("awaitTaskToRun"));
  }
}
