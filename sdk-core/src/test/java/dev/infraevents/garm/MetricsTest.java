package dev.infraevents.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.Bytes;
import dev.infraevents.CloudEvents;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.OpenEnum;
import dev.infraevents.garm.Instance.RunnerStatus;
import dev.infraevents.garm.Instance.Status;
import dev.infraevents.garm.Metrics.OwnerRow;
import dev.infraevents.garm.Metrics.OwnerType;
import dev.infraevents.garm.Metrics.PoolRow;
import dev.infraevents.garm.Metrics.ScaleSetRow;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LeakCheck.class)
class MetricsTest {

  private static final String SNAPSHOT =
      "{\"entities\":[{\"id\":\"e1\",\"name\":\"acme/widgets\",\"type\":\"repository\","
          + "\"endpoint\":\"ghes\",\"pool_count\":1,\"scale_set_count\":2,\"healthy\":true},"
          + "{\"id\":\"e2\",\"name\":\"gt\",\"type\":\"planet\"}],"
          + "\"pools\":[{\"id\":\"p1\",\"provider_name\":\"noop\",\"os_type\":\"linux\","
          + "\"max_runners\":4,\"enabled\":true,\"repo_name\":\"acme/widgets\","
          + "\"runner_counts\":{\"running\":3,\"melted\":1},\"runner_status_counts\":{\"idle\":2}}],"
          + "\"scale_sets\":[{\"id\":7,\"name\":\"big\",\"provider_name\":\"noop\","
          + "\"os_type\":\"windows\",\"max_runners\":9,\"enabled\":false,\"org_name\":\"acme\","
          + "\"runner_counts\":{},\"runner_status_counts\":null,\"new_field\":[1]}]}";

  private static Metrics metrics(String json) {
    return Metrics.decode(Bytes.ofUtf8(json));
  }

  @Test
  void readsAllRows() {
    Metrics metrics = metrics(SNAPSHOT);

    assertThat(metrics.entities())
        .containsExactly(
            new OwnerRow(
                "e1", "acme/widgets", OpenEnum.of(OwnerType.REPOSITORY), "ghes", 1, 2, true),
            new OwnerRow("e2", "gt", OpenEnum.of(OwnerType.class, "planet"), "", 0, 0, false));
    assertThat(metrics.pools())
        .containsExactly(
            new PoolRow(
                "p1",
                "noop",
                OpenEnum.of(OsType.LINUX),
                4,
                true,
                "acme/widgets",
                "",
                "",
                Map.of(OpenEnum.of(Status.RUNNING), 3L, OpenEnum.of(Status.class, "melted"), 1L),
                Map.of(OpenEnum.of(RunnerStatus.IDLE), 2L)));
    assertThat(metrics.scaleSets())
        .containsExactly(
            new ScaleSetRow(
                7,
                "big",
                "noop",
                OpenEnum.of(OsType.WINDOWS),
                9,
                false,
                "",
                "acme",
                "",
                Map.of(),
                Map.of()));
  }

  @Test
  void absentAndNullAreNotSet() {
    var empty = new Metrics(List.of(), List.of(), List.of());

    assertThat(metrics("{}")).isEqualTo(empty);
    assertThat(metrics("{\"entities\":null,\"pools\":null,\"scale_sets\":[]}")).isEqualTo(empty);
    assertThat(metrics("{\"pools\":[{}]}").pools().get(0).runnerCounts()).isEmpty();
  }

  @Test
  void countsCanNotBeChanged() {
    Map<OpenEnum<Status>, Long> counts = metrics(SNAPSHOT).pools().get(0).runnerCounts();

    assertThatThrownBy(() -> counts.put(OpenEnum.of(Status.ERROR), 1L))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hunter2|not valid JSON",
        "[]|it is no JSON object",
        "{} {}|more follows it",
        "{\"pools\":[{\"runner_counts\":{\"hunter2\":\"many\"}}]}|an integer",
        "{\"pools\":[{\"runner_counts\":[1]}]}|an object",
        "{\"pools\":[{\"runner_counts\":{\"hunter2\":1.5}}]}|an integer",
        "{\"pools\":[{\"id\":1}]}|metrics.pools[0].id",
        "{\"entities\":{}}|an array",
      })
  void malformedSnapshotsAreRefusedWithoutAQuote(String json, String reason) {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> metrics(json))
        .withMessageContaining("GARM metrics of " + json.length() + " bytes")
        .withMessageContaining(reason)
        .withMessageNotContaining("hunter2")
        .withNoCause();
  }

  @Test
  void comesBackTypedFromACloudEvent() {
    Event<Metrics> event =
        new GarmDecoder()
            .readMetrics(Bytes.ofUtf8(SNAPSHOT), Frames.SOURCE, Frames.RECEIVED)
            .decode();
    Event<?> back = CloudEvents.fromJson(CloudEvents.toJson(event));

    assertThat(back.type()).isEqualTo(Garm.METRICS);
    assertThat(back.payload()).isEqualTo(metrics(SNAPSHOT));
    assertThat(back.data().utf8()).isEqualTo(SNAPSHOT);
  }

  @Test
  void showsWhatIsSet() {
    assertThat(metrics(SNAPSHOT).toString())
        .contains("name=acme/widgets", "runnerCounts={running=3, melted=1}")
        .doesNotContain("orgName=,");
    assertThat(metrics("{}").toString()).isEqualTo("Metrics[]");
  }
}
