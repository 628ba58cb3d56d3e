package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.QUICK;
import static dev.infraevents.websocket.garm.GarmTests.metrics;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.Event;
import dev.infraevents.HandshakeException;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.Subscription;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.Metrics;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.garm.GarmVersion;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class GarmMetricsTest {

  private static final Duration PATIENCE = ReceivedEvents.PATIENCE;

  private final ReceivedEvents<Metrics> received = new ReceivedEvents<>();
  private final VirtualTime time = new VirtualTime();

  private static String snapshot(int maxRunners) {
    return ("{\"entities\":[],\"pools\":[{\"id\":\"p\",\"max_runners\":%d,\"runner_counts\":{},"
            + "\"runner_status_counts\":{}}],\"scale_sets\":[]}")
        .formatted(maxRunners);
  }

  private List<Long> maxRunners() {
    return received.events().stream().map(e -> e.payload().pools().get(0).maxRunners()).toList();
  }

  /** A server whose time is the test's, with tokens for a day. */
  private FakeGarm virtualServer() {
    return FakeGarm.builder()
        .clock(time.clock())
        .scheduler(time)
        .pingInterval(Duration.ofDays(2))
        .pongWait(Duration.ofDays(2))
        .tokenTimeToLive(Duration.ofHours(24))
        .start();
  }

  private GarmMetricsSource.Builder virtualSource(FakeGarm server) {
    // Pings are virtual too, so silence must not be mistaken for death while hours pass.
    var patient = ConnectionOptions.builder().ping(Duration.ofDays(2), Duration.ofDays(2)).build();
    return metrics(server).connection(patient).timeSource(virtual(time));
  }

  @Test
  void aSnapshotArrivesTypedEvery5Seconds() {
    try (var server = virtualServer();
        var source = virtualSource(server).build();
        Subscription subscription = source.subscribe(received)) {
      server.metrics().repeat(snapshot(4));
      received.awaitSignal(Connected.class);
      time.advance(Duration.ofSeconds(5));
      received.awaitEvents(1);
      server.metrics().repeat(snapshot(5));
      time.advance(Duration.ofSeconds(5));
      received.awaitEvents(2);

      assertThat(maxRunners()).containsExactly(4L, 5L);
      Event<Metrics> event = received.events().get(0);
      assertThat(event.type()).isEqualTo(Garm.METRICS);
      assertThat(event.data().utf8()).isEqualTo(snapshot(4));
      assertThat(server.metrics().connections().get(0).request().path())
          .isEqualTo("/api/v1/ws/metrics");
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void anOldServerIsToldApart() {
    try (var server = FakeGarm.builder().version(GarmVersion.V0_1_5).start();
        var source = metrics(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      assertThatThrownBy(() -> subscription.completion().toCompletableFuture().join())
          .hasCauseInstanceOf(HandshakeException.class)
          .hasMessageContaining("404")
          .hasMessageContaining("metrics exist since v0.2.0-beta1");
    }
  }

  @Test
  void whatIsNoSnapshotIsCountedAndTheStreamGoesOn() {
    try (var server = FakeGarm.start();
        var source = metrics(server).build();
        Subscription subscription = source.subscribe(received)) {
      received.awaitSignal(Connected.class);
      server.metrics().send("[]");
      server.metrics().send(snapshot(1));
      received.awaitEvents(1);
      subscription.close();
      assertThat(subscription.stats().undecodable()).isEqualTo(1);
      assertThat(subscription.stats().balances()).isTrue();
      assertThat(received.signals(Disconnected.class)).isEmpty();
    }
  }

  @Test
  void duringARenewalEqualSnapshotsComeOnceAndDifferentOnesAll() {
    try (var server = virtualServer();
        var source = virtualSource(server).build();
        Subscription subscription = source.subscribe(received)) {
      received.awaitSignal(Connected.class);
      time.advance(Duration.ofHours(23).plusMinutes(56));
      received.awaitSignals(Connected.class, 2);
      GarmConnection old = server.metrics().awaitConnections(2, PATIENCE).get(0);
      GarmConnection renewed = server.metrics().connections().get(1);
      old.send(snapshot(1));
      received.awaitEvents(1);
      renewed.send(snapshot(2));
      received.awaitEvents(2);
      time.advance(Duration.ofSeconds(30));
      assertThat(old.isOpen()).as("nothing shows that the new one gets all there is").isTrue();

      assertThat(server.metrics().send(snapshot(3))).isEqualTo(2);
      received.awaitEvents(3);
      await().atMost(PATIENCE).until(() -> subscription.stats().deduplicated() == 1);
      time.advance(Duration.ofSeconds(12)); // the overlap goes on for a while after that
      old.awaitClosed(PATIENCE);
      assertThat(old.closeCode()).hasValue(1000);
      assertThat(maxRunners()).containsExactly(1L, 2L, 3L);
      assertThat(received.signals(GapPossible.class)).isEmpty();
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
    }
  }
}
