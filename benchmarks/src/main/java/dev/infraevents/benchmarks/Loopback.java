package dev.infraevents.benchmarks;

import dev.infraevents.benchmarks.TrafficClient.Way;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The whole way, from socket to handler: server and client in processes of their own, each on its
 * own CPU where the system can do that.
 */
final class Loopback {

  private static final Path TASKSET = Path.of("/usr/bin/taskset");
  private static final int PER_SECOND = 20_000;

  private final boolean smoke;
  private final Report report;

  Loopback(boolean smoke, Report report) {
    this.smoke = smoke;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    Process server = java(0, TrafficServer.class);
    try (BufferedReader out = reader(server)) {
      int port = Integer.parseInt(out.readLine());
      flood(port);
      latency(port);
    } finally {
      server.destroy();
      server.waitFor();
    }
  }

  private void flood(int port) throws IOException, InterruptedException {
    Map<Way, Double> cpu = new EnumMap<>(Way.class);
    // One after the other, several times: what disturbs the machine for a while disturbs all.
    Map<Way, List<Double>> all = new EnumMap<>(Way.class);
    Map<Way, List<Double>> wall = new EnumMap<>(Way.class);
    for (int i = 0; i < (smoke ? 1 : 5); i++) {
      for (Way way : Way.values()) {
        Map<String, Double> result = client(port, way, flood(way));
        all.computeIfAbsent(way, key -> new ArrayList<>()).add(Report.of(result, "cpu"));
        wall.computeIfAbsent(way, key -> new ArrayList<>()).add(Report.of(result, "wall"));
      }
    }
    all.forEach((way, nanos) -> cpu.put(way, median(nanos)));
    report.atMost(
        "filtered-out event: added to OkHttp alone",
        Report.of(cpu, Way.FILTERED) - Report.of(cpu, Way.OKHTTP),
        300,
        " ns");
    report.atLeast(
        "end to end: events per CPU second, our source / hand-written loop with our decoder",
        Report.of(cpu, Way.LOOP) / Report.of(cpu, Way.SOURCE),
        0.9,
        "");
    report.figure(
        "end to end: events per CPU second, our source / hand-written loop with plain Jackson",
        Report.number(Report.of(cpu, Way.PLAIN_LOOP) / Report.of(cpu, Way.SOURCE)));
    cpu.forEach(
        (way, nanos) ->
            report.figure(
                "end to end: " + way,
                "%s ns of CPU per event, %s events per CPU second, %s per second (runs: %s)"
                    .formatted(
                        Report.number(nanos),
                        Report.number(1e9 / nanos),
                        Report.number(1e9 / median(Report.of(wall, way))),
                        String.join(
                            " ", Report.of(all, way).stream().map(Report::number).toList()))));
  }

  private Traffic flood(Way way) {
    if (smoke) {
      return new Traffic(500, 1_000, 0);
    }
    boolean cheap = way == Way.FILTERED || way == Way.OKHTTP || way == Way.SOCKET;
    return cheap ? new Traffic(4_000_000, 4_000_000, 0) : new Traffic(1_000_000, 1_000_000, 0);
  }

  private void latency(int port) throws IOException, InterruptedException {
    Traffic traffic =
        smoke ? new Traffic(500, 200, 2_000) : new Traffic(500_000, 10 * PER_SECOND, PER_SECOND);
    for (Way way : List.of(Way.SOURCE, Way.LOOP, Way.PLAIN_LOOP, Way.SOCKET)) {
      Map<String, Double> result = client(port, way, traffic);
      report.figure(
          "latency at " + traffic.perSecond() + "/s: " + way,
          "p50 %s, p99 %s, p99.9 %s, max %s us; %s ns of CPU per event"
              .formatted(
                  Report.number(Report.of(result, "p50")),
                  Report.number(Report.of(result, "p99")),
                  Report.number(Report.of(result, "p999")),
                  Report.number(Report.of(result, "max")),
                  Report.number(Report.of(result, "cpu"))));
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private Map<String, Double> client(int port, Way way, Traffic traffic)
      throws IOException, InterruptedException {
    if (smoke) {
      return values(TrafficClient.run(port, way, traffic));
    }
    System.err.println("measuring " + way + ", " + traffic);
    Process client =
        java(
            1,
            TrafficClient.class,
            Integer.toString(port),
            way.name(),
            Integer.toString(traffic.warmUp()),
            Integer.toString(traffic.events()),
            Integer.toString(traffic.perSecond()));
    try (BufferedReader out = reader(client)) {
      return values(out.readLine());
    } finally {
      client.destroy();
      client.waitFor();
    }
  }

  static Map<String, Double> values(String line) {
    Map<String, Double> values = new HashMap<>();
    for (String value : line.split(" ")) {
      int equals = value.indexOf('=');
      values.put(value.substring(0, equals), Double.valueOf(value.substring(equals + 1)));
    }
    return values;
  }

  static boolean canPin() {
    return Files.isExecutable(TASKSET) && Runtime.getRuntime().availableProcessors() > 1;
  }

  static Process java(int cpu, Class<?> main, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    if (canPin()) {
      command.addAll(List.of(TASKSET.toString(), "-c", Integer.toString(cpu)));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(Arrays.asList(args));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  static BufferedReader reader(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}
