package dev.infraevents.websocket.garm;

import dev.infraevents.Backoff;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;

/** What the tests of the GARM source share. */
final class GarmTests {

  /** Reconnects at once, in real time. */
  static final ConnectionOptions QUICK =
      ConnectionOptions.builder()
          .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
          .build();

  private GarmTests() {}

  static GarmEventSource.Builder source(FakeGarm server) {
    return GarmEventSource.builder()
        .url(server.url())
        .credentials(GarmCredentials.password(server.username(), server.password()));
  }

  static GarmLogSource.Builder logs(FakeGarm server) {
    return GarmLogSource.builder()
        .url(server.url())
        .credentials(GarmCredentials.password(server.username(), server.password()));
  }

  static GarmMetricsSource.Builder metrics(FakeGarm server) {
    return GarmMetricsSource.builder()
        .url(server.url())
        .credentials(GarmCredentials.password(server.username(), server.password()));
  }

  static TimeSource virtual(VirtualTime time) {
    return new TimeSource(time.clock(), time::nanoTime, time);
  }

  /** A proxy's payload; a small entity whose events differ by id. */
  static String proxy(String id) {
    return "{\"id\":%s,\"name\":\"px\"}".formatted(id);
  }

  /** Waits for the n-th connection since the start, and its filter. */
  static GarmConnection connection(FakeGarm server, int n) {
    GarmConnection connection = server.awaitConnections(n, Received.PATIENCE).get(n - 1);
    connection.awaitFilter(Received.PATIENCE);
    return connection;
  }
}
