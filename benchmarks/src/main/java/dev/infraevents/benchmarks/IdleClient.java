package dev.infraevents.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A subscription to which nothing happens, in a process of its own: counts how often its threads
 * are woken. Arguments: a port, seconds to settle, seconds to watch.
 */
final class IdleClient {

  /** The kernel keeps so much of a thread's name. */
  private static final int NAME_LENGTH = 15;

  /** Java threads of any JVM; the compiler's and the collector's are not Java threads at all. */
  private static final Set<String> JVM =
      Set.of(
          "Reference Handler",
          "Finalizer",
          "Signal Dispatcher",
          "Notification Thread",
          "Attach Listener",
          "Common-Cleaner",
          "main");

  private IdleClient() {}

  /**
   * Prints a line of totals, then a line per thread.
   *
   * @param args port, seconds to settle, seconds to watch
   */
  public static void main(String[] args) throws Exception {
    Duration settle = Duration.ofSeconds(Long.parseLong(args[1]));
    int seconds = Integer.parseInt(args[2]);
    String url = "http://127.0.0.1:" + args[0] + Traffic.NONE.path();
    try (var source = TrafficClient.open(url);
        var subscription = source.subscribe((event, delivery) -> {})) {
      if (!subscription.awaitStreaming(Duration.ofSeconds(15))) {
        throw new IllegalStateException("not connected: " + subscription.status());
      }
      Thread.sleep(settle.toMillis());
      watch(seconds);
    }
    System.exit(0);
  }

  private static void watch(int seconds) throws IOException, InterruptedException {
    Map<String, Long> first = wakeUps();
    Map<String, Long> before = first;
    int busySeconds = 0;
    for (int i = 0; i < seconds; i++) {
      Thread.sleep(1_000);
      Map<String, Long> now = wakeUps();
      busySeconds += now.equals(before) ? 0 : 1;
      before = now;
    }
    Map<String, Long> last = before;
    long total = 0;
    for (String thread : last.keySet()) {
      total += last.get(thread) - first.getOrDefault(thread, 0L);
    }
    long readers = last.keySet().stream().filter(name -> name.startsWith("OkHttp http")).count();
    System.out.printf(
        "busy=%d wakeups=%d threads=%d readers=%d%n", busySeconds, total, last.size(), readers);
    for (String thread : last.keySet()) {
      System.out.println(
          (thread + "=").replace(' ', '_') + (last.get(thread) - first.getOrDefault(thread, 0L)));
    }
  }

  /** How often each thread that is not the JVM's own has waited for something, by name and id. */
  private static Map<String, Long> wakeUps() throws IOException {
    Set<String> ours =
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> !JVM.contains(name))
            .map(name -> name.substring(0, Math.min(NAME_LENGTH, name.length())))
            .collect(Collectors.toSet());
    Map<String, Long> wakeUps = new TreeMap<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        String status = Files.readString(task.resolve("status"));
        String name = value(status, "Name:");
        if (ours.contains(name)) {
          wakeUps.put(
              name + "#" + task.getFileName(),
              Long.valueOf(value(status, "voluntary_ctxt_switches:")));
        }
      }
    } catch (NoSuchFileException e) {
      return wakeUps(); // a thread has ended meanwhile
    }
    return wakeUps;
  }

  private static String value(String status, String key) {
    return status
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()).strip())
        .findFirst()
        .orElse("");
  }
}
