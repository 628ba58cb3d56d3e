package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.ReconcileRig.INTERVAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Event;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.Reconciled;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.Instance;
import dev.infraevents.garm.Pool;
import dev.infraevents.garm.ScaleSet;
import dev.infraevents.garm.Template;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.garm.GarmVersion;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a reconciliation finds. */
@ExtendWith(LeakCheck.class)
class GarmReconcileTest {

  static GarmFilter only(EntityType<?>... types) {
    var filter = GarmFilter.builder();
    for (EntityType<?> type : types) {
      filter.on(type);
    }
    return filter.build();
  }

  private static void fill(ReconcileRig rig) {
    var all = rig.server.entities().silently();
    all.create("github_endpoint", "{\"name\":\"ghes\",\"description\":\"d\"}");
    all.create("github_credentials", "{\"name\":\"pat\"}");
    all.create("repository", "{\"owner\":\"acme\",\"name\":\"widgets\"}");
    all.create("organization", "{\"name\":\"acme\"}");
    all.create("enterprise", "{\"name\":\"big\"}");
    String pool =
        all.create("pool", "{\"max_runners\":2,\"tags\":[{\"name\":\"a\"}],\"extra_specs\":{}}");
    all.create("instance", "{\"name\":\"runner\",\"pool_id\":\"%s\"}".formatted(pool));
    all.create("job", "{\"run_id\":5}");
  }

  private static void fillNewer(ReconcileRig rig) {
    var all = rig.server.entities().silently();
    all.create("github_endpoint", "{\"name\":\"tea\",\"endpoint_type\":\"gitea\"}");
    all.create("gitea_credentials", "{\"name\":\"pat\"}");
    all.create("scaleset", "{\"name\":\"ss\",\"extra_specs\":{\"x\":1}}");
    all.create("template", "{\"name\":\"t\",\"data\":\"aGVsbG8=\"}");
    all.create("file_object", "{\"name\":\"f\"}");
  }

  @ParameterizedTest
  @EnumSource(GarmVersion.class)
  void theFirstListingAnnouncesEverythingAndALaterOneNothing(GarmVersion version) {
    try (var rig = new ReconcileRig(version)) {
      fill(rig);
      int entities = 8 + 1; // and the controller
      int lists = 10;
      if (version != GarmVersion.V0_1_5) {
        fillNewer(rig);
        entities += 5;
      }
      if (version == GarmVersion.HEAD) {
        rig.server.entities().silently().create("forge_instance", "{}");
        rig.server.entities().silently().create("proxy", "{\"name\":\"px\"}");
        entities += 2;
      }
      rig.start();

      assertThat(rig.synthetic(0, entities)).allMatch(text -> text.contains(".create "));
      List<Reconciled> passes = rig.received.signals(Reconciled.class);
      assertThat(passes).extracting(Reconciled::delivered).containsExactly((long) entities, 0L);
      assertThat(passes).extracting(Reconciled::listed).containsOnly((long) entities);

      int calls = rig.rest.calls().size();
      rig.assertNothingNew();
      assertThat(rig.callsSince(calls)).as("one request per list").doesNotHaveDuplicates();
      if (version == GarmVersion.V0_1_5) { // its pools have no stamp, so the details are read
        assertThat(rig.callsSince(calls)).filteredOn(path -> path.contains("pools/")).hasSize(1);
      } else {
        assertThat(rig.callsSince(calls))
            .noneMatch(path -> path.matches("(pools|instances|scalesets|templates)/.*"));
      }
      assertThat(rig.callsSince(calls)).hasSizeGreaterThan(lists).hasSizeLessThanOrEqualTo(18);
      assertThat(rig.source.capabilities()).contains(Capability.RECONCILE);
    }
  }

  @Test
  void fullObjectsAreReadWhereAListLeavesSomethingOut() {
    try (var rig = new ReconcileRig()) {
      fillNewer(rig);
      var silently = rig.server.entities().silently();
      silently.create("pool", "{\"extra_specs\":{\"a\":1}}");
      silently.create(
          "instance",
          "{\"name\":\"i\",\"addresses\":[{\"address\":\"10.0.0.1\",\"type\":\"private\"}]}");
      rig.start(only(Garm.POOL, Garm.SCALE_SET, Garm.INSTANCE, Garm.TEMPLATE));
      rig.received.awaitEvents(4);
      assertThat(rig.received.events())
          .extracting(Event::payload)
          .anySatisfy(isA(Pool.class, pool -> assertThat(pool.extraSpecs()).isNotNull()))
          .anySatisfy(isA(ScaleSet.class, set -> assertThat(set.extraSpecs()).isNotNull()))
          .anySatisfy(isA(Instance.class, runner -> assertThat(runner.addresses()).hasSize(1)))
          .anySatisfy(isA(Template.class, text -> assertThat(text.data()).isNotNull()));
    }
  }

  private static <T> ThrowingConsumer<Object> isA(Class<T> type, Consumer<T> check) {
    return payload -> assertThat(payload).isInstanceOfSatisfying(type, check);
  }

  @Test
  void whatTheServerDroppedArrives() {
    try (var rig = new ReconcileRig()) {
      var entities = rig.server.entities();
      String kept = entities.silently().create("organization", "{\"name\":\"kept\"}");
      String gone = entities.silently().create("organization", "{\"name\":\"gone\"}");
      rig.start(only(Garm.ORGANIZATION));
      rig.received.awaitEvents(2);

      rig.server.inject(Fault.silentDrop(3));
      String born = entities.create("organization", "{\"name\":\"born\"}");
      entities.update("organization", kept, "{\"pool_balancing_type\":\"pack\"}");
      entities.delete("organization", gone);
      Reconciled pass = rig.pass();

      assertThat(rig.synthetic(2, 3))
          .containsExactlyInAnyOrder(
              "organization.create " + born,
              "organization.update " + kept,
              "organization.delete " + gone);
      assertThat(pass.listed()).isEqualTo(2);
      assertThat(pass.delivered()).isEqualTo(3);
      rig.assertNothingNew();
    }
  }

  @Test
  void whatHappenedInAnOutageArrives() {
    try (var rig = new ReconcileRig()) {
      String pool = rig.server.entities().silently().create("pool", "{\"max_runners\":1}");
      rig.start(only(Garm.POOL));
      rig.received.awaitEvents(1);
      rig.server.inject(Fault.reset());
      rig.received.awaitSignal(Disconnected.class);
      rig.server.entities().silently().update("pool", pool, "{\"max_runners\":2}");
      rig.awaitConnection(2);
      rig.awaitPasses(3);
      assertThat(rig.synthetic(1, 1)).containsExactly("pool.update " + pool);
      assertThat(rig.pass().delivered()).isZero(); // once more when settled
      assertThat(rig.rest.calls()).hasSize(2 + 2 + 1 + 1);
    }
  }

  @Test
  void everyListAndNothingElseIsReadOncePerInterval() {
    try (var rig = new ReconcileRig()) {
      rig.server.entities().silently().create("organization", "{\"name\":\"o\"}");
      rig.start(only(Garm.ORGANIZATION, Garm.GITHUB_ENDPOINT));
      int before = rig.rest.calls().size();
      Duration waited = rig.advanceToListing();
      rig.awaitPasses(3);
      assertThat(waited).isEqualTo(INTERVAL);
      assertThat(rig.callsSince(before))
          .containsExactly("organizations", "github/endpoints", "gitea/endpoints");
    }
  }

  @Test
  void endpointsOfBothForgesAreOneType() {
    try (var rig = new ReconcileRig()) {
      var silently = rig.server.entities().silently();
      silently.create("github_endpoint", "{\"name\":\"ghes\"}");
      silently.create("github_endpoint", "{\"name\":\"Tea\",\"endpoint_type\":\"gitea\"}");
      rig.start(only(Garm.GITHUB_ENDPOINT));
      assertThat(rig.synthetic(0, 2)).allMatch(text -> text.contains(".create "));
      rig.assertNothingNew();
      silently.delete("github_endpoint", "tea");
      rig.pass();
      assertThat(rig.synthetic(2, 1)).containsExactly("github_endpoint.delete Tea");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V0_1_5", "V0_2_1"})
  void aServerWithoutAListHasNoSuchEntities(GarmVersion version) {
    try (var rig = new ReconcileRig(version)) {
      rig.builder.reconcile(
          GarmReconciliation.every(INTERVAL).only(Garm.PROXY, Garm.FORGE_INSTANCE));
      rig.start();
      assertThat(rig.received.signals(Reconciled.class))
          .extracting(Reconciled::listed)
          .containsExactly(0L, 0L);
      assertThat(rig.rest.calls()).containsOnly("proxies", "forge-instances");
    }
  }

  @Test
  void aFileWhoseDeleteSaysNothingIsFoundSoon() {
    try (var rig = new ReconcileRig()) {
      String file = rig.server.entities().silently().create("file_object", "{\"name\":\"f\"}");
      String other = rig.server.entities().silently().create("file_object", "{\"name\":\"g\"}");
      rig.start();
      rig.received.awaitEvents(3); // and the controller
      int calls = rig.rest.calls().size();
      rig.server.entities().delete("file_object", file);
      rig.received.awaitEvents(4); // the zeroed one
      rig.advanceToListing(Duration.ofSeconds(5));
      rig.received.awaitEvents(5);
      assertThat(ReconcileRig.text(rig.received.events().get(4)))
          .isEqualTo("file_object.delete " + file);
      assertThat(rig.callsSince(calls)).containsExactly("objects");
      assertThat(rig.received.subjects()).contains(other);
    }
  }

  @Test
  void aScaleSetThatLostItsTagsInAnUpdateGetsThemBack() {
    try (var rig = new ReconcileRig()) {
      String id =
          rig.server
              .entities()
              .silently()
              .create("scaleset", "{\"name\":\"ss\",\"tags\":[{\"name\":\"l1\"}]}");
      rig.start(only(Garm.SCALE_SET));
      rig.server.entities().updateByMessageLoop(id, "{\"desired_runner_count\":3}");
      rig.received.awaitEvents(2);
      assertThat(((ScaleSet) rig.received.events().get(1).payload()).tags()).isEmpty();
      rig.pass();
      assertThat(rig.synthetic(2, 1)).containsExactly("scaleset.update " + id);
      var whole = (ScaleSet) rig.received.events().get(2).payload();
      assertThat(whole.tags()).hasSize(1);
      assertThat(whole.desiredRunnerCount()).isEqualTo(3);
      rig.assertNothingNew();
    }
  }

  @Test
  void aPoolWithoutStampsWhoseDetailsAloneChangedIsFound() {
    try (var rig = new ReconcileRig(GarmVersion.V0_1_5)) {
      var silently = rig.server.entities().silently();
      String pool = silently.create("pool", "{\"extra_specs\":{\"a\":1}}");
      rig.start(only(Garm.POOL));
      silently.update("pool", pool, "{\"extra_specs\":{\"a\":2}}");
      rig.pass();
      assertThat(rig.synthetic(1, 1)).containsExactly("pool.update " + pool);
      rig.assertNothingNew();
    }
  }

  @Test
  void anEntityThatIsDeletedBeforeItIsReadInFullIsLeftOut() {
    try (var rig = new ReconcileRig()) {
      var silently = rig.server.entities().silently();
      String pool = silently.create("pool", "{\"max_runners\":1}");
      rig.rest.afterAnswer("pools", () -> silently.delete("pool", pool));
      rig.start(only(Garm.POOL));
      assertThat(rig.received.events()).isEmpty();
      assertThat(rig.rest.calls()).containsExactly("pools", "pools/" + pool, "pools");
    }
  }

  @Test
  void whatChangesWhileAListIsOnItsWayWins() {
    try (var rig = new ReconcileRig()) {
      var entities = rig.server.entities();
      String changed = entities.silently().create("organization", "{\"name\":\"a\"}");
      String deleted = entities.silently().create("organization", "{\"name\":\"b\"}");
      String created = "59adf4c4-38f5-42c4-97e5-3a5e041ec360";
      rig.rest.afterAnswer(
          "organizations",
          () -> {
            rig.server.awaitFilter(Received.PATIENCE);
            entities.update("organization", changed, "{\"pool_balancing_type\":\"pack\"}");
            entities.delete("organization", deleted);
            entities.create("organization", "{\"id\":\"%s\",\"name\":\"c\"}".formatted(created));
            rig.received.awaitEvents(3);
          });
      rig.start(only(Garm.ORGANIZATION));
      assertThat(rig.received.events())
          .extracting(ReconcileRig::text)
          .containsExactly(
              "organization.update " + changed,
              "organization.delete " + deleted,
              "organization.create " + created);
      rig.assertNothingNew();
    }
  }

  @Test
  void pagesAreReadToTheEnd() {
    try (var rig = new ReconcileRig()) {
      String page =
          "{\"total_count\":2,\"pages\":2,\"current_page\":%d,%s\"results\":[{\"id\":%d,\"name\":\"f\"}]}";
      rig.rest.answer(
          "objects",
          200,
          url ->
              "1".equals(url.queryParameter("page"))
                  ? page.formatted(1, "\"next_page\":2,", 2)
                  : page.formatted(2, "", 1));
      rig.start(only(Garm.FILE_OBJECT));
      assertThat(rig.synthetic(0, 2))
          .containsExactly("file_object.create 2", "file_object.create 1");
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "999"})
  void anIntervalIsASecondAtLeast(long millis) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> GarmReconciliation.every(Duration.ofMillis(millis)));
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> GarmReconciliation.DEFAULT.only());
  }
}
