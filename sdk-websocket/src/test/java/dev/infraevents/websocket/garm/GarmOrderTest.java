package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.source;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.Event;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.Subscription;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.garm.GarmVersion;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** GARM's goroutines race: what comes too late does not reach the handler. */
@ExtendWith(LeakCheck.class)
class GarmOrderTest {

  private static final String OLD = "2026-01-01T00:00:01Z";
  private static final String NEW = "2026-01-01T00:00:02Z";
  private static final String ID = "6cb157a6-59b5-4785-af3e-c5d6aba3c7b2";

  private final Received received = new Received();

  private static String instance(String status, String updated) {
    return "{\"id\":\"%s\",\"name\":\"r\",\"status\":\"%s\",\"updated_at\":\"%s\"}"
        .formatted(ID, status, updated);
  }

  private static void late(FakeGarm server) {
    server.emitOnly("instance", "update", instance("running", NEW));
    server.emitOnly("instance", "update", instance("creating", OLD));
    server.emitOnly("instance", "create", instance("pending_create", OLD));
    server.emitOnly("instance", "update", instance("running", NEW));
    server.emitOnly("instance", "delete", instance("", "0001-01-01T00:00:00Z"));
    server.emitOnly("instance", "update", instance("deleting", NEW));
  }

  @ParameterizedTest
  @EnumSource(GarmVersion.class)
  void whatIsOutdatedIsNotDeliveredAndCountsAsFiltered(GarmVersion version) {
    try (var server = FakeGarm.builder().version(version).start();
        var garm = source(server).build();
        Subscription subscription = garm.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      late(server);
      server.emitOnly("job", "create", "{\"id\":7}");
      received.awaitSubject("7");
      assertThat(received.events())
          .extracting(ReconcileRig::text)
          .containsExactly(
              "instance.update " + ID,
              "instance.update " + ID,
              "instance.delete " + ID,
              "job.create 7");
      subscription.close();
      assertThat(subscription.stats().filtered()).isEqualTo(3);
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void whatIsOutdatedIsDeliveredWithAMarkIfThatIsWanted() {
    try (var server = FakeGarm.start();
        var garm = source(server).deliverStale(true).build();
        Subscription subscription = garm.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      late(server);
      received.awaitEvents(6);
      assertThat(received.events())
          .extracting(event -> event.attributes().getOrDefault(Event.STALE, ""))
          .containsExactly("", "true", "true", "", "", "true");
      subscription.close();
      assertThat(subscription.stats().filtered()).isZero();
    }
  }

  @Test
  void whatHasNoOrderPasses() {
    try (var server = FakeGarm.start();
        var garm = source(server).build();
        Subscription subscription = garm.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      String nothing =
          "{\"id\":0,\"name\":\"\",\"tags\":null,\"updated_at\":\"0001-01-01T00:00:00Z\"}";
      server.emitOnly("file_object", "delete", nothing);
      server.emitOnly("file_object", "delete", nothing);
      server.emitOnly("controller", "update", "{\"controller_id\":\"%s\"}".formatted(ID));
      server.emitOnly("controller", "update", "{\"controller_id\":\"%s\"}".formatted(ID));
      server.emitOnly("comet", "update", "{\"id\":1,\"updated_at\":\"%s\"}".formatted(NEW));
      server.emitOnly("comet", "update", "{\"id\":1,\"updated_at\":\"%s\"}".formatted(OLD));
      received.awaitEvents(6);
      assertThat(subscription.stats().filtered()).isZero();
    }
  }

  @Test
  void anOperationThatNobodyKnowsIsTakenForAChange() {
    try (var server = FakeGarm.start();
        var garm = source(server).build();
        Subscription subscription = garm.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.emitOnly("instance", "archive", instance("running", NEW));
      server.emitOnly("instance", "archive", instance("running", OLD));
      server.emitOnly("instance", "delete", instance("", "0001-01-01T00:00:00Z"));
      server.emitOnly("instance", "archive", instance("running", NEW));
      server.emitOnly("job", "create", "{\"id\":7}");
      received.awaitSubject("7");
      assertThat(received.events())
          .extracting(ReconcileRig::text)
          .containsExactly("instance.archive " + ID, "instance.delete " + ID, "job.create 7");
    }
  }

  @Test
  void anEndpointIsKnownByItsNameInAnyCaseAndCanComeAgain() {
    try (var server = FakeGarm.start();
        var garm = source(server).build();
        Subscription subscription = garm.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      var entities = server.entities();
      entities.create("github_endpoint", "{\"name\":\"Ghes\"}");
      String before = entities.get("github_endpoint", "ghes").orElseThrow();
      entities.delete("github_endpoint", "GHES");
      server.emitOnly("github_endpoint", "update", before);
      entities.create("github_endpoint", "{\"name\":\"ghes\"}");
      server.emitOnly("github_endpoint", "update", before);
      entities.update("github_endpoint", "ghes", "{\"description\":\"d\"}");
      received.awaitEvents(4);
      assertThat(received.events())
          .extracting(ReconcileRig::text)
          .containsExactly(
              "github_endpoint.create Ghes",
              "github_endpoint.delete GHES",
              "github_endpoint.create ghes",
              "github_endpoint.update ghes");
      assertThat(subscription.stats().filtered()).isEqualTo(2);
    }
  }

  @Test
  void onlySoManyEntitiesAreRemembered() {
    try (var server = FakeGarm.start();
        var garm = source(server).maxTrackedEntities(1).build();
        Subscription subscription = garm.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.emitOnly("instance", "update", instance("running", NEW));
      server.emitOnly("job", "create", "{\"id\":7}");
      server.emitOnly("instance", "update", instance("creating", OLD));
      received.awaitEvents(3);
    }
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> GarmEventSource.builder().maxTrackedEntities(0));
  }

  /** The order is one for both connections while a token is renewed. */
  @Test
  void whatTheRetiringConnectionBringsTooLateIsOutdated() {
    var time = new VirtualTime();
    Duration life = Duration.ofHours(1);
    try (var server =
            FakeGarm.builder()
                .clock(time.clock())
                .scheduler(time)
                .tokenTimeToLive(life)
                .pingInterval(Duration.ofDays(900))
                .pongWait(Duration.ofDays(900))
                .start();
        var garm =
            source(server)
                .connection(
                    ConnectionOptions.builder()
                        .ping(Duration.ofDays(900), Duration.ofDays(900))
                        .build())
                .timeSource(virtual(time))
                .build();
        Subscription subscription = garm.subscribe(received)) {
      GarmConnection old = server.awaitFilter(Received.PATIENCE);
      received.awaitSignal(Connected.class);
      time.advance(life.minus(Duration.ofMinutes(5)));
      GarmConnection next = GarmTests.connection(server, 2);
      received.awaitSignals(Connected.class, 2);
      next.send(frame(instance("running", NEW)));
      received.awaitEvents(1);
      old.send(frame(instance("creating", OLD)));
      old.send(frame(instance("running", NEW)));
      old.send("{\"entity-type\":\"job\",\"operation\":\"create\",\"payload\":{\"id\":7}}");
      received.awaitSubject("7");
      assertThat(received.events()).hasSize(2);
      assertThat(subscription.stats().filtered()).isEqualTo(1);
      assertThat(subscription.stats().deduplicated()).isEqualTo(1);
    }
  }

  private static String frame(String payload) {
    return "{\"entity-type\":\"instance\",\"operation\":\"update\",\"payload\":%s}"
        .formatted(payload);
  }
}
