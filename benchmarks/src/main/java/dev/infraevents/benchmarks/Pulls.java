package dev.infraevents.benchmarks;

import dev.infraevents.benchmarks.PullClient.Way;
import java.io.IOException;

/** The whole way of Foundries.io's messages, from a pull queue to the handler and back. */
final class Pulls {

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
    Traffic traffic = smoke ? new Traffic(500, 1_000, 0) : new Traffic(60_000, 40_000, 0);
    var clients = new Clients<Way>(smoke, PullClient.class, PullClient::run);
    Runs<Way> runs = Runs.of(Way.class, smoke, way -> clients.run(port, way, traffic));
    report.atLeast(
        "pulled messages per CPU second, our source / Google's Subscriber with an empty receiver",
        runs.cpu(Way.SUBSCRIBER) / runs.cpu(Way.SOURCE),
        0.95,
        "");
    report.figure(
        "pulled messages per CPU second, our source / Google's Subscriber with one thread",
        Report.number(runs.cpu(Way.SUBSCRIBER_ONE_THREAD) / runs.cpu(Way.SOURCE)));
    report.figure(
        "filtered-out messages per CPU second, our source / Google's Subscriber with one thread",
        Report.number(runs.cpu(Way.SUBSCRIBER_ONE_THREAD) / runs.cpu(Way.FILTERED)));
    runs.report(report, "pull: ");
  }
}
