package dev.infraevents.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Measures everything in one run and prints it as tables of Markdown. Arguments: which of {@code
 * decode}, {@code engine}, {@code loopback}, {@code idle}, {@code notifications}, {@code pull} and
 * {@code verify}, or none for all; {@code --smoke} for a run of seconds whose figures mean nothing.
 */
public final class Benchmarks {

  private static final List<String> PARTS =
      List.of("decode", "engine", "loopback", "idle", "notifications", "pull", "verify");

  private Benchmarks() {}

  /**
   * Measures.
   *
   * @param args as above
   * @throws RunnerException if JMH fails
   * @throws IOException if a process can not be started or fails
   * @throws InterruptedException if interrupted
   */
  public static void main(String[] args) throws RunnerException, IOException, InterruptedException {
    List<String> parts = new ArrayList<>(Arrays.asList(args));
    boolean smoke = parts.remove("--smoke");
    if (!PARTS.containsAll(parts)) {
      System.err.println("usage: java -jar benchmarks.jar [--smoke] " + PARTS);
      System.exit(2);
    }
    System.out.println(conditions() + (smoke ? ". SMOKE: the figures mean nothing" : "") + "\n");
    run(parts.isEmpty() ? PARTS : parts, smoke).print(System.out);
  }

  static Report run(List<String> parts, boolean smoke)
      throws RunnerException, IOException, InterruptedException {
    var report = new Report();
    var steps = new Steps(smoke, report);
    for (String part : parts) {
      switch (part) {
        case "decode" -> steps.decode();
        case "engine" -> steps.engine();
        case "loopback" -> new Loopback(smoke, report).run();
        case "idle" -> new Idle(smoke, report).run();
        case "notifications" -> new Notifications(smoke, report).run();
        case "pull" -> new Pulls(smoke, report).run();
        case "verify" -> steps.verify();
        default -> throw new IllegalArgumentException(part);
      }
    }
    return report;
  }

  private static String conditions() throws IOException {
    var system = ManagementFactory.getOperatingSystemMXBean();
    Path cpus = Path.of("/proc/cpuinfo");
    String cpu =
        !Files.exists(cpus)
            ? system.getArch()
            : Files.readAllLines(cpus).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse(system.getArch());
    return "%s. %d x %s, %s %s, load %s, JDK %s (%s)%s"
        .formatted(
            Instant.now().truncatedTo(ChronoUnit.MINUTES),
            system.getAvailableProcessors(),
            cpu,
            system.getName(),
            system.getVersion(),
            Report.number(system.getSystemLoadAverage()),
            System.getProperty("java.version"),
            System.getProperty("java.vendor"),
            Processes.canPin() ? ", server and client pinned to a CPU each" : ", nothing pinned");
  }
}
