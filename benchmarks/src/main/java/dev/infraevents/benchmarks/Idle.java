package dev.infraevents.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a subscription costs when nothing happens. Needs Linux, which counts wake-ups. */
final class Idle {

  /** GARM pings every 54 s; we ping every 20 s, which is what the default options say. */
  private static final int PINGS_PER_MINUTE = 3 + 1;

  private final boolean smoke;
  private final Report report;

  Idle(boolean smoke, Report report) {
    this.smoke = smoke;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    if (!Files.isDirectory(Path.of("/proc/self/task"))) {
      report.figure("idle: seconds of a minute in which a thread woke", "not measured: no /proc");
      return;
    }
    System.err.println("measuring an idle subscription");
    Processes.serve(TrafficServer.class, this::measure);
  }

  private void measure(int port) throws IOException, InterruptedException {
    // Threads that connected and handled end by themselves; OkHttp's last for a minute.
    List<String> lines = Processes.client(IdleClient.class, port, smoke ? 0 : 65, smoke ? 1 : 60);
    Map<String, Double> totals = Processes.values(lines.get(0));
    report.atMost(
        "idle: seconds of a minute in which a thread woke, of which %d have a ping"
            .formatted(PINGS_PER_MINUTE),
        Report.of(totals, "busy"),
        PINGS_PER_MINUTE + 1.0, // pings may fall on both ends of the minute
        "");
    report.atMost("idle: threads that read", Report.of(totals, "readers"), 1, "");
    report.figure("idle: wake-ups in a minute", Report.number(Report.of(totals, "wakeups")));
    for (String line : lines.subList(1, lines.size())) {
      int end = line.lastIndexOf('#');
      String count = line.substring(line.lastIndexOf('=') + 1);
      report.figure("idle: wake-ups of " + line.substring(0, end).replace('_', ' '), count);
    }
  }
}
