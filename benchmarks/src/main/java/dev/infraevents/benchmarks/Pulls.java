package dev.infraevents.benchmarks;

import dev.infraevents.benchmarks.PullClient.Way;
import java.io.IOException;

/** The whole way of Foundries.io's messages, from a pull queue to the handler and back. */
final class Pulls {

  private static final int ROUNDS = 3; // acknowledgements are sent every 100 ms: it takes its time

  private final boolean smoke;
  private final Report report;

  Pulls(boolean smoke, Report report) {
    this.smoke = smoke;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    Processes.serve(PullServer.class, this::flood);
  }

  private void flood(int port) throws IOException, InterruptedException {
    var clients = new Clients<Way>(smoke, PullClient.class, PullClient::run);
    Runs<Way> runs =
        Runs.of(Way.class, smoke ? 1 : ROUNDS, way -> clients.run(port, way, traffic(way)));
    report.atLeast(
        "pulled messages per CPU second, our source / Google's Subscriber with an empty receiver",
        runs.cpu(Way.SUBSCRIBER) / runs.cpu(Way.SOURCE),
        0.95,
        "");
    report.atLeast(
        "pulled messages per second with default options, our source / Google's Subscriber",
        runs.wall(Way.DEFAULT_SUBSCRIBER) / runs.wall(Way.DEFAULT_SOURCE),
        0.95,
        "");
    perCpuSecond(runs, "pulled messages", Way.SOURCE, Way.SUBSCRIBER_ONE_THREAD, "one thread");
    perCpuSecond(runs, "pulled messages", Way.SOURCE, Way.SUBSCRIBER_DECODING, "our decoder");
    perCpuSecond(runs, "filtered out", Way.FILTERED, Way.SUBSCRIBER_ONE_THREAD, "one thread");
    runs.report(report, "pull: ");
  }

  private void perCpuSecond(Runs<Way> runs, String what, Way ours, Way bare, String with) {
    report.figure(
        what + " per CPU second, our source / Google's Subscriber with " + with,
        Report.number(runs.cpu(bare) / runs.cpu(ours)));
  }

  private Traffic traffic(Way way) {
    if (smoke) {
      return new Traffic(500, 1_000, 0);
    }
    return switch (way) {
      case DEFAULT_SOURCE, DEFAULT_SUBSCRIBER -> new Traffic(60_000, 30_000, 0);
      default -> new Traffic(300_000, 150_000, 0);
    };
  }
}
