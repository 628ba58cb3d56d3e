package dev.infraevents.benchmarks;

import dev.infraevents.benchmarks.NotificationClient.Way;
import java.io.IOException;

/** The whole way of EngFlow's notifications, from socket to handler and back. */
final class Notifications {

  private final boolean smoke;
  private final Report report;

  Notifications(boolean smoke, Report report) {
    this.smoke = smoke;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    Processes.serve(NotificationServer.class, this::flood);
  }

  private void flood(int port) throws IOException, InterruptedException {
    Traffic traffic = smoke ? new Traffic(500, 1_000, 0) : new Traffic(1_000_000, 1_000_000, 0);
    var clients = new Clients<Way>(smoke, NotificationClient.class, NotificationClient::run);
    Runs<Way> runs =
        Runs.of(Way.class, smoke ? 1 : Runs.ROUNDS, way -> clients.run(port, way, traffic));
    report.atLeast(
        "notifications per CPU second, our source / hand-written client that acknowledges each",
        runs.cpu(Way.STUB) / runs.cpu(Way.SOURCE),
        0.9,
        "");
    report.figure(
        "notifications per CPU second, our source / hand-written client that acknowledges a hundred"
            + " at once",
        Report.number(runs.cpu(Way.STUB_BATCHED) / runs.cpu(Way.SOURCE)));
    runs.report(report, "notification: ");
  }
}
