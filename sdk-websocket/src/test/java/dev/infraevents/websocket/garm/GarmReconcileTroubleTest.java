package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmReconcileTest.only;
import static dev.infraevents.websocket.garm.ReconcileRig.INTERVAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.ProtocolException;
import dev.infraevents.RequestException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.ReconcileFailed;
import dev.infraevents.SourceSignal.Undecodable;
import dev.infraevents.SourceState;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A reconciliation in bad circumstances. */
@ExtendWith(LeakCheck.class)
class GarmReconcileTroubleTest {

  private static final Duration RETRY = Duration.ofSeconds(30);

  static List<Arguments> refusals() {
    return List.of(
        Arguments.of(500, "{\"error\":\"Server error\",\"details\":\"\"}", RequestException.class),
        Arguments.of(
            401,
            "{\"error\":\"Authentication failed\",\"details\":\"\"}",
            AuthenticationException.class),
        Arguments.of(200, "<html>login</html>", ProtocolException.class));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aListThatFailsIsSaidOnceInTheLogAndTriedAgainWhileTheStreamGoesOn(
      int status, String body, Class<? extends Exception> error) {
    try (var log = new LogText();
        var rig = new ReconcileRig()) {
      String org = rig.server.entities().silently().create("organization", "{\"name\":\"o\"}");
      rig.rest.answer("pools", status, body);
      rig.builder.filter(only(Garm.POOL, Garm.ORGANIZATION));
      rig.subscribe(DeliveryOptions.DEFAULT);

      ReconcileFailed failed = rig.received.awaitSignal(ReconcileFailed.class);
      assertThat(failed.cause()).isInstanceOf(error);
      assertThat(failed.retryIn()).isEqualTo(RETRY);
      assertThat(rig.advanceToListing()).isEqualTo(RETRY);
      rig.received.awaitSignals(ReconcileFailed.class, 2);
      rig.received.awaitSubject(org); // the other types do not suffer
      String pool = rig.server.entities().create("pool", "{\"max_runners\":1}");
      rig.received.awaitSubject(pool);
      assertThat(log.text()).containsOnlyOnce("state can not be listed; next attempt in 30 s");
      assertThat(log.text()).doesNotContain("listed again");

      rig.rest.clear();
      assertThat(rig.advanceToListing()).as("less and less often").isEqualTo(RETRY.multipliedBy(2));
      rig.awaitPasses(1);
      assertThat(log.text()).containsOnlyOnce("state can be listed again");
      assertThat(rig.advanceToListing()).as("the filter has settled").isEqualTo(INTERVAL);
      rig.awaitPasses(2);
      assertThat(rig.subscription.status().epoch()).isEqualTo(1);
      assertThat(rig.received.events()).hasSize(2);
    }
  }

  @Test
  void whatBreaksAListingIsNoReconciliation() {
    try (var rig = new ReconcileRig()) {
      String org = rig.server.entities().silently().create("organization", "{\"name\":\"o\"}");
      rig.rest.answer("instances", 200, "[{\"id\":\"i\",\"name\":\"..\"}]"); // no such path
      rig.builder.filter(only(Garm.INSTANCE, Garm.ORGANIZATION));
      rig.subscribe(DeliveryOptions.DEFAULT);
      ReconcileFailed failed = rig.received.awaitSignal(ReconcileFailed.class);
      assertThat(failed.cause()).hasMessageContaining("type instance");
      rig.received.awaitSubject(org);
      assertThat(rig.passes()).isZero();

      rig.rest.clear();
      assertThat(rig.advanceToListing()).isEqualTo(RETRY);
      rig.awaitPasses(1);
    }
  }

  @Test
  void anIntervalThatIsShorterThanTheRetryStays() {
    try (var rig = new ReconcileRig()) {
      rig.builder.reconcile(GarmReconciliation.every(Duration.ofSeconds(7)));
      rig.rest.answer("pools", 500, "{}");
      rig.builder.filter(only(Garm.POOL));
      rig.subscribe(DeliveryOptions.DEFAULT);
      ReconcileFailed failed = rig.received.awaitSignal(ReconcileFailed.class);
      assertThat(failed.retryIn()).isEqualTo(Duration.ofSeconds(7));
      assertThat(rig.advanceToListing()).isEqualTo(Duration.ofSeconds(7));
      rig.received.awaitSignals(ReconcileFailed.class, 2);
    }
  }

  @Test
  void aListThatWasAskedForBecauseOfAnEventIsTriedAgainToo() {
    try (var rig = new ReconcileRig()) {
      String file = rig.server.entities().silently().create("file_object", "{\"name\":\"f\"}");
      rig.start(only(Garm.FILE_OBJECT));
      rig.rest.answer("objects", 500, "{}");
      rig.server.entities().delete("file_object", file);
      rig.received.awaitEvents(2);
      rig.advanceToListing(Duration.ofSeconds(5));
      rig.received.awaitSignal(ReconcileFailed.class);
      rig.rest.clear();
      rig.advanceToListing(RETRY);
      rig.received.awaitEvents(3);
      assertThat(ReconcileRig.text(rig.received.events().get(2)))
          .isEqualTo("file_object.delete " + file);
    }
  }

  @Test
  void anEntryThatCanNotBeReadIsReportedAndNothingIsTakenForDeleted() {
    try (var rig = new ReconcileRig()) {
      var silently = rig.server.entities().silently();
      String first = silently.create("organization", "{\"name\":\"a\"}");
      String second = silently.create("organization", "{\"name\":\"b\"}");
      rig.start(only(Garm.ORGANIZATION));
      rig.received.awaitEvents(2);
      String third = "59adf4c4-38f5-42c4-97e5-3a5e041ec360";
      rig.rest.answer(
          "organizations",
          200,
          "[{\"id\":\"%s\",\"name\":{}},{\"id\":\"%s\",\"name\":\"c\"}]".formatted(first, third));
      rig.pass();
      rig.received.awaitSignal(Undecodable.class);
      assertThat(rig.synthetic(2, 1)).containsExactly("organization.create " + third);
      assertThat(rig.received.subjects()).containsExactly(first, second, third);
      assertThat(rig.subscription.stats().undecodable()).isEqualTo(1);
    }
  }

  @Test
  void closingDoesNotWaitForAServerThatDoesNotAnswer() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var rig = new ReconcileRig()) {
      rig.rest.on(
          "pools",
          chain ->
              chain.proceed(
                  chain
                      .request()
                      .newBuilder()
                      .url("http://127.0.0.1:" + silent.getLocalPort() + "/")
                      .build()));
      rig.builder.filter(only(Garm.POOL));
      rig.subscribe(DeliveryOptions.DEFAULT);
      try (Socket asked = silent.accept()) {
        assertThat(asked.getInputStream().read()).isEqualTo('G');
        rig.subscription.close();
        assertThat(rig.subscription.status().state()).isEqualTo(SourceState.CLOSED);
        assertThat(rig.received.signals(ReconcileFailed.class)).isEmpty();
      }
    }
  }

  @Test
  void aConnectionThatEndsDuringAListingSaysNothingMoreOfIt() {
    try (var rig = new ReconcileRig()) {
      rig.start(only(Garm.POOL));
      rig.rest.afterAnswer(
          "pools",
          () -> {
            rig.server.connections().get(0).close(1001, "");
            rig.awaitConnection(2);
            rig.server.entities().silently().create("pool", "{\"max_runners\":1}");
          });
      int calls = rig.rest.calls().size();
      rig.advanceToListing();
      rig.awaitPasses(3); // of the new connection
      rig.received.awaitEvents(1);
      assertThat(rig.callsSince(calls)).hasSize(3).startsWith("pools", "pools");
      assertThat(rig.received.signals(Disconnected.class)).hasSize(1);
    }
  }

  @Test
  void aConnectionThatEndsDuringAListingGetsNoMoreEntities() {
    try (var rig = new ReconcileRig()) {
      var silently = rig.server.entities().silently();
      String first = silently.create("pool", "{\"max_runners\":1}");
      String second = silently.create("pool", "{\"max_runners\":2}");
      for (String pool : List.of(first, second)) {
        rig.rest.afterAnswer(
            "pools/" + pool,
            () -> {
              rig.rest.clear();
              rig.server.connections().get(0).close(1001, "");
              rig.awaitConnection(2);
            });
      }
      rig.builder.filter(only(Garm.POOL));
      rig.subscribe(DeliveryOptions.DEFAULT);
      rig.received.awaitEvents(2);
      rig.awaitPasses(1);
      assertThat(rig.rest.calls())
          .hasSize(5)
          .element(2)
          .as("what follows the pool that was got last for the old connection")
          .isEqualTo("pools");
    }
  }

  /** Stands still before each event until the test lets it go on. */
  private static Semaphore slow(ReconcileRig rig) {
    var turns = new Semaphore(0);
    rig.handler =
        new EventHandler<GarmPayload>() {
          @Override
          public void handle(Event<GarmPayload> event, Delivery delivery) throws Exception {
            turns.acquire();
            rig.received.handle(event, delivery);
          }

          @Override
          public void onSignal(SourceSignal signal) {
            rig.received.onSignal(signal);
          }
        };
    return turns;
  }

  @Test
  void whatWasDroppedForLackOfRoomIsToldByTheNextPass() {
    try (var rig = new ReconcileRig()) {
      Semaphore turns = slow(rig);
      rig.builder.filter(only(Garm.ORGANIZATION));
      rig.subscribe(
          DeliveryOptions.builder()
              .buffer(2, 1 << 20)
              .overflow(OverflowPolicy.dropOldest())
              .build());
      rig.awaitPasses(1);
      rig.pass();
      List<String> created = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        created.add(
            rig.server.entities().create("organization", "{\"name\":\"o%d\"}".formatted(i)));
      }
      await().atMost(Received.PATIENCE).until(() -> rig.subscription.stats().received() == 6);
      assertThat(rig.subscription.stats().dropped()).isEqualTo(4);
      turns.release(1_000);
      rig.received.awaitEvents(2);
      rig.advanceToListing();
      passUntilDone(rig, 3);
      rig.received.awaitEvents(6);
      assertThat(rig.received.subjects()).containsExactlyInAnyOrderElementsOf(created);
      assertThat(rig.received.events())
          .allMatch(event -> event.type().equals(Garm.ORGANIZATION.created()));
    }
  }

  /** A pass that finds no room looks again a little later. */
  private static void passUntilDone(ReconcileRig rig, int pass) {
    await()
        .atMost(Received.PATIENCE)
        .until(
            () -> {
              rig.time.advance(Duration.ofMillis(50));
              return rig.passes() >= pass;
            });
  }

  @Test
  void aSlowHandlerIsToldOfMoreThanTheBufferHoldsAndNothingIsDropped() {
    try (var rig = new ReconcileRig()) {
      List<String> created = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        created.add(
            rig.server
                .entities()
                .silently()
                .create("organization", "{\"name\":\"o%d\"}".formatted(i)));
      }
      Semaphore turns = slow(rig);
      rig.builder.filter(only(Garm.ORGANIZATION));
      rig.subscribe(
          DeliveryOptions.builder()
              .buffer(8, 1 << 20)
              .overflow(OverflowPolicy.dropOldest())
              .build());
      await().atMost(Received.PATIENCE).until(() -> rig.subscription.stats().inFlight() == 4);
      for (int i = 0; i < 4; i++) { // the other half of the buffer is the stream's
        created.add(
            rig.server.entities().create("organization", "{\"name\":\"live%d\"}".formatted(i)));
      }
      await().atMost(Received.PATIENCE).until(() -> rig.subscription.stats().inFlight() == 8);
      turns.release(1_000);
      passUntilDone(rig, 1);
      rig.received.awaitEvents(54);
      assertThat(rig.received.subjects()).containsExactlyInAnyOrderElementsOf(created);
      assertThat(rig.subscription.stats().dropped()).isZero();
      assertThat(rig.awaitPasses(1).delivered()).isEqualTo(50);
    }
  }

  @Test
  void closingDoesNotWaitForAListingThatWaitsForRoom() {
    try (var rig = new ReconcileRig()) {
      for (int i = 0; i < 10; i++) {
        rig.server.entities().silently().create("organization", "{\"name\":\"o%d\"}".formatted(i));
      }
      Semaphore turns = slow(rig);
      rig.builder.filter(only(Garm.ORGANIZATION));
      rig.subscribe(DeliveryOptions.builder().buffer(2, 1 << 20).build());
      await().atMost(Received.PATIENCE).until(() -> rig.subscription.stats().inFlight() == 1);
      turns.release(1_000);
      rig.subscription.close();
      assertThat(rig.received.events()).hasSize(1);
    }
  }
}
