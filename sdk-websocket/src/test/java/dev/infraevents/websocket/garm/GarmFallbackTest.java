package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmReconcileTest.only;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.SourceSignal.FilterRefused;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.garm.GarmVersion;
import dev.infraevents.testkit.garm.RejectionText;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An older server rejects a filter with a type it does not know, and does not say so. */
@ExtendWith(LeakCheck.class)
class GarmFallbackTest {

  private static final String EVERYTHING = "{\"send-everything\":true}";

  static List<Arguments> olderServers() {
    return List.of(
        Arguments.of(GarmVersion.V0_1_5, Garm.SCALE_SET),
        Arguments.of(GarmVersion.V0_2_1, Garm.FORGE_INSTANCE));
  }

  /** The filter is tried three times: one early close may be a restart. */
  private static GarmConnection fallenBack(ReconcileRig rig) {
    rig.subscribe(DeliveryOptions.DEFAULT);
    rig.awaitConnection(4);
    return rig.server.connections().get(3);
  }

  @ParameterizedTest
  @MethodSource("olderServers")
  void everythingIsAskedForAndWhatIsNotWantedIsFilteredHere(
      GarmVersion version, EntityType<?> unknown) {
    try (var rig = new ReconcileRig(version)) {
      GarmFilter wanted = only(Garm.POOL, unknown);
      rig.builder.filter(wanted);
      String listed = rig.server.entities().silently().create("pool", "{\"max_runners\":1}");
      GarmConnection connection = fallenBack(rig);
      assertThat(connection.filters()).containsExactly(EVERYTHING);
      FilterRefused refused = rig.received.awaitSignal(FilterRefused.class);
      assertThat(refused.filter()).isEqualTo(wanted.toJson());
      rig.received.awaitSubject(listed);

      rig.server.entities().create("organization", "{\"name\":\"o\"}");
      String live = rig.server.entities().create("pool", "{\"max_runners\":2}");
      rig.received.awaitSubject(live);
      assertThat(rig.received.subjects()).containsExactly(listed, live);
      assertThat(rig.subscription.stats().filtered()).isEqualTo(1);

      connection.close(1001, "");
      rig.awaitConnection(5);
      assertThat(rig.server.connections().get(4).filters()).containsExactly(EVERYTHING);
      assertThat(rig.received.signals(FilterRefused.class)).hasSize(1);
      assertThat(rig.rest.calls()).doesNotContain("organizations");
    }
  }

  @Test
  void anotherFilterIsOfferedToTheServerAgain() {
    try (var rig = new ReconcileRig(GarmVersion.V0_2_1)) {
      rig.builder.filter(only(Garm.POOL, Garm.PROXY));
      GarmConnection connection = fallenBack(rig);
      GarmFilter next = only(Garm.POOL);
      rig.source.replaceFilter(next);
      connection.await(c -> c.filters().size() == 2, Received.PATIENCE);
      assertThat(connection.filters()).containsExactly(EVERYTHING, next.toJson());
      String pool = rig.server.entities().create("pool", "{\"max_runners\":2}");
      rig.received.awaitSubject(pool);
      assertThat(rig.received.signals(FilterRefused.class)).hasSize(1);
    }
  }

  @Test
  void aRefusalInWordsIsBelievedAtOnce() {
    var received = new Received();
    try (var server =
            FakeGarm.builder()
                .version(GarmVersion.V0_2_1)
                .rejectionText(RejectionText.ALWAYS)
                .start();
        var garm =
            GarmTests.source(server)
                .connection(GarmTests.QUICK)
                .filter(only(Garm.POOL, Garm.PROXY))
                .build();
        var subscription = garm.subscribe(received)) {
      assertThat(GarmTests.connection(server, 2).filters()).containsExactly(EVERYTHING);
      assertThat(received.awaitSignal(FilterRefused.class).reason()).contains("invalid filter");
      assertThat(subscription.stats().received()).isEqualTo(1); // the words, which are no event
    }
  }
}
