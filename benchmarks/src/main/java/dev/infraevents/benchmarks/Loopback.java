package dev.infraevents.benchmarks;

import dev.infraevents.benchmarks.TrafficClient.Way;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The whole way of GARM's events, from socket to handler. */
final class Loopback {

  private static final int PER_SECOND = 20_000;

  private final boolean smoke;
  private final Report report;
  private final Clients<Way> clients;

  Loopback(boolean smoke, Report report) {
    this.smoke = smoke;
    this.report = report;
    this.clients = new Clients<>(smoke, TrafficClient.class, TrafficClient::run);
  }

  void run() throws IOException, InterruptedException {
    Processes.serve(
        TrafficServer.class,
        port -> {
          flood(port);
          latency(port);
        });
  }

  private void flood(int port) throws IOException, InterruptedException {
    Runs<Way> runs =
        Runs.of(Way.class, smoke ? 1 : Runs.ROUNDS, way -> clients.run(port, way, flood(way)));
    report.atMost(
        "filtered-out event: added to OkHttp alone",
        runs.cpu(Way.FILTERED) - runs.cpu(Way.OKHTTP),
        300,
        " ns");
    report.atLeast(
        "end to end: events per CPU second, our source / hand-written loop with our decoder",
        runs.cpu(Way.LOOP) / runs.cpu(Way.SOURCE),
        0.9,
        "");
    report.figure(
        "end to end: events per CPU second, our source / hand-written loop with plain Jackson",
        Report.number(runs.cpu(Way.PLAIN_LOOP) / runs.cpu(Way.SOURCE)));
    runs.report(report, "end to end: ");
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
      Map<String, Double> result = clients.run(port, way, traffic);
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
}
