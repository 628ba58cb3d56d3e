package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmReconcileTest.only;
import static dev.infraevents.websocket.garm.ReconcileRig.INTERVAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.ConfigurationException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventFilter;
import dev.infraevents.SourceSignal.Reconciled;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.Operation;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a reconciliation leaves out, and when it begins. */
@ExtendWith(LeakCheck.class)
class GarmReconcileScopeTest {

  private static final Duration SETTLING = Duration.ofSeconds(5);

  private static GarmFilter pools(Operation... operations) {
    return GarmFilter.builder().on(Garm.POOL, operations).build();
  }

  @Test
  void onlyTheTypesThatAreWantedAndNamedAreListed() {
    try (var rig = new ReconcileRig()) {
      rig.builder.reconcile(
          GarmReconciliation.every(INTERVAL).only(Garm.POOL, Garm.JOB, Garm.PROXY));
      rig.start(only(Garm.INSTANCE, Garm.JOB, Garm.PROXY));
      assertThat(rig.rest.calls()).containsOnly("jobs", "proxies");
    }
  }

  @Test
  void withDeletesAloneOnlyWhatIsGoneIsTold() {
    try (var rig = new ReconcileRig()) {
      var silently = rig.server.entities().silently();
      String pool = silently.create("pool", "{\"max_runners\":1}");
      rig.start(pools(Operation.DELETE));
      silently.update("pool", pool, "{\"max_runners\":2}");
      rig.pass();
      assertThat(rig.rest.calls()).as("nothing is read in full for nobody").containsOnly("pools");
      silently.delete("pool", pool);
      rig.pass();
      assertThat(rig.synthetic(0, 1)).containsExactly("pool.delete " + pool);
    }
  }

  @Test
  void withCreatesAloneOnlyWhatIsNewIsTold() {
    try (var rig = new ReconcileRig()) {
      var silently = rig.server.entities().silently();
      String pool = silently.create("pool", "{\"max_runners\":1}");
      rig.start(pools(Operation.CREATE));
      silently.update("pool", pool, "{\"max_runners\":2}");
      rig.pass();
      silently.delete("pool", pool);
      rig.pass();
      assertThat(rig.synthetic(0, 1)).containsExactly("pool.create " + pool);
    }
  }

  @Test
  void withoutCreatesTheFirstThatIsHeardOfAnEntityIsAnUpdate() {
    try (var rig = new ReconcileRig()) {
      var silently = rig.server.entities().silently();
      String pool = silently.create("pool", "{\"max_runners\":1}");
      rig.start(pools(Operation.UPDATE, Operation.DELETE));
      silently.delete("pool", pool);
      rig.pass();
      assertThat(rig.synthetic(0, 2)).containsExactly("pool.update " + pool, "pool.delete " + pool);
    }
  }

  @Test
  void whatTheSubscriptionsOwnFilterRejectsIsNotReadInFullAgainAndAgain() {
    try (var rig = new ReconcileRig()) {
      rig.server.entities().silently().create("pool", "{\"max_runners\":1}");
      rig.builder.filter(pools());
      rig.subscribe(
          DeliveryOptions.builder().filter(EventFilter.attribute("operation", "delete")).build());
      rig.awaitPasses(1);
      rig.pass();
      rig.pass();
      assertThat(rig.rest.calls()).containsExactly("pools", "pools", "pools");
      assertThat(rig.received.signals(Reconciled.class))
          .extracting(Reconciled::delivered)
          .containsOnly(0L);
      assertThat(rig.subscription.stats().received()).isZero();
    }
  }

  @Test
  void whatTheFormerFilterDidNotWantIsAnnouncedForTheNext() {
    try (var rig = new ReconcileRig()) {
      String pool = rig.server.entities().silently().create("pool", "{\"max_runners\":1}");
      String proxy = rig.server.entities().silently().create("proxy", "{\"name\":\"px\"}");
      rig.start(pools(Operation.DELETE));
      rig.source.replaceFilter(only(Garm.POOL, Garm.PROXY));
      rig.awaitPasses(3);
      assertThat(rig.synthetic(0, 2))
          .containsExactly("pool.create " + pool, "proxy.create " + proxy);
    }
  }

  @Test
  void withoutAnEventTheListingIsRepeatedOnceAfterTheSettlingTime() {
    try (var rig = new ReconcileRig()) {
      rig.builder.filter(pools());
      rig.subscribe(DeliveryOptions.DEFAULT);
      rig.awaitPasses(1);
      assertThat(rig.advanceToListing()).isEqualTo(SETTLING);
      rig.awaitPasses(2);
      assertThat(rig.advanceToListing()).isEqualTo(INTERVAL);
      rig.awaitPasses(3);
    }
  }

  /** The first listing begins only once an event has come. */
  private static void holdFirstListing(ReconcileRig rig, Runnable meanwhile) {
    rig.rest.on(
        "controller",
        chain -> {
          rig.rest.clear();
          meanwhile.run();
          return chain.proceed(chain.request());
        });
  }

  @Test
  void anEventThatComesDuringTheFirstListingProvesTooLate() {
    try (var rig = new ReconcileRig()) {
      rig.builder.filter(only(Garm.CONTROLLER, Garm.POOL));
      holdFirstListing(
          rig,
          () -> {
            rig.server.awaitFilter(Received.PATIENCE);
            rig.server.entities().create("pool", "{\"max_runners\":1}");
            rig.received.awaitEvents(1);
          });
      rig.subscribe(DeliveryOptions.DEFAULT);
      rig.awaitPasses(1);
      assertThat(rig.advanceToListing()).isEqualTo(SETTLING);
      rig.awaitPasses(2);
    }
  }

  @Test
  void whatGarmDoesNotListIsRefusedAtOnce() {
    assertThatThrownBy(() -> GarmReconciliation.DEFAULT.only(Garm.POOL, Garm.USER))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no list of entities of type user");
    assertThatThrownBy(GarmReconciliation.DEFAULT::only).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void anEventBeforeTheFirstListingProvesThatTheFilterIsInEffect() {
    try (var rig = new ReconcileRig()) {
      rig.start(only(Garm.CONTROLLER, Garm.POOL));
      GarmConnection first = rig.server.awaitFilter(Received.PATIENCE);
      // The listing of the first connection holds up that of the second.
      holdFirstListing(
          rig,
          () -> {
            first.close(1001, "");
            rig.awaitConnection(2);
            rig.server.entities().create("pool", "{\"max_runners\":1}");
            rig.received.awaitEvents(2);
          });
      rig.advanceToListing();
      rig.awaitPasses(3);
      assertThat(rig.advanceToListing()).isEqualTo(INTERVAL);
      rig.awaitPasses(4);
    }
  }

  @Test
  void anEventThatTheFormerFilterLetThroughProvesNothingOfTheNext() {
    try (var rig = new ReconcileRig()) {
      rig.start(only(Garm.POOL));
      rig.rest.on(
          "pools",
          chain -> {
            rig.rest.clear();
            rig.source.replaceFilter(only(Garm.POOL, Garm.PROXY));
            GarmConnection connection = rig.server.connections().get(0);
            connection.await(c -> c.filters().size() == 2, Received.PATIENCE);
            rig.server.entities().create("pool", "{\"max_runners\":1}");
            rig.received.awaitEvents(1);
            return chain.proceed(chain.request());
          });
      rig.advanceToListing(); // and, when that is done, the listing for the new filter
      rig.awaitPasses(4);
      assertThat(rig.advanceToListing()).isEqualTo(SETTLING);
      rig.awaitPasses(5);
    }
  }

  @Test
  void anEventThatOnlyTheNextFilterLetsThroughProvesIt() {
    try (var rig = new ReconcileRig()) {
      rig.start(only(Garm.POOL));
      rig.rest.on(
          "pools",
          chain -> {
            rig.rest.clear();
            rig.source.replaceFilter(only(Garm.POOL, Garm.PROXY));
            GarmConnection connection = rig.server.connections().get(0);
            connection.await(c -> c.filters().size() == 2, Received.PATIENCE);
            rig.server.entities().create("proxy", "{\"name\":\"px\"}");
            rig.received.awaitEvents(1);
            return chain.proceed(chain.request());
          });
      rig.advanceToListing();
      rig.awaitPasses(4);
      assertThat(rig.advanceToListing()).isEqualTo(INTERVAL);
      rig.awaitPasses(5);
    }
  }

  private static String job(ReconcileRig rig) {
    return rig.server.entities().silently().create("job", "{\"run_id\":5}");
  }

  private static String runner(ReconcileRig rig, String job) {
    return rig.server
        .entities()
        .silently()
        .create("instance", "{\"name\":\"r\",\"job\":{\"id\":%s}}".formatted(job));
  }

  @Test
  void theJobOfAnInstanceEndsWithItAtOnceAndOnce() {
    try (var rig = new ReconcileRig()) {
      String job = job(rig);
      String runner = runner(rig, job);
      rig.start(only(Garm.INSTANCE, Garm.JOB));
      rig.received.awaitEvents(2);
      rig.server.entities().delete("instance", runner);
      rig.received.awaitEvents(4);
      assertThat(rig.received.events().subList(2, 4))
          .extracting(ReconcileRig::text)
          .containsExactly("instance.delete " + runner, "job.delete " + job);
      rig.assertNothingNew();
    }
  }

  @Test
  void aJobThatTheHandlerHasNotHeardOfDoesNotEnd() {
    try (var rig = new ReconcileRig()) {
      String runner = runner(rig, job(rig));
      rig.start(only(Garm.INSTANCE));
      rig.received.awaitEvents(1);
      rig.server.entities().delete("instance", runner);
      rig.received.awaitEvents(2);
      rig.assertNothingNew();
      assertThat(rig.received.subjects()).isEqualTo(List.of(runner, runner));
    }
  }

  @Test
  void aJobDoesNotEndIfJobsAreNotReconciled() {
    try (var rig = new ReconcileRig()) {
      String job = job(rig);
      String runner = runner(rig, job);
      rig.builder.reconcile(GarmReconciliation.every(INTERVAL).only(Garm.INSTANCE));
      rig.start(only(Garm.INSTANCE, Garm.JOB));
      rig.received.awaitEvents(1);
      rig.server.entities().update("job", job, "{\"action\":\"completed\"}");
      rig.server.entities().delete("instance", runner);
      rig.received.awaitEvents(3);
      rig.assertNothingNew();
    }
  }
}
