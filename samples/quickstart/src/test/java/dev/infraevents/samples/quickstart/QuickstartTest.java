package dev.infraevents.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class QuickstartTest {

  private static final List<String> ENGFLOW =
      List.of(
          "engflow.build.started",
          "engflow.invocation.started",
          "engflow.invocation.finished",
          "engflow.progress.invocation_attempt_started",
          "engflow.progress.bazel_event",
          "engflow.progress.bazel_event",
          "engflow.progress.bazel_event",
          "engflow.progress.bazel_event",
          "engflow.progress.invocation_attempt_finished",
          "engflow.build.finished");

  private static final List<String> FOUNDRIES =
      List.of(
          "foundries.device.first_seen",
          "foundries.device.config_applied",
          "foundries.device.ota_started",
          "foundries.device.ota_apps_state_changed",
          "foundries.device.ota_completed",
          "foundries.device.pubkey_change",
          "foundries.device.last_seen",
          "foundries.device.retired");

  private static final String BOOKS =
      "%s: received=%d delivered=%d filtered=0 deduplicated=0 dropped=0 undecodable=0";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void printsEveryEventOfEverySourceAndBalances() throws InterruptedException {
    int code = new Quickstart(print(out), print(new ByteArrayOutputStream())).call();
    assertThat(code).isZero();
    List<String> lines = new ArrayList<>(out.toString(StandardCharsets.UTF_8).lines().toList());
    assertGarm(next(lines, "garm", GarmRecording.head().frames().size()));
    assertThat(next(lines, "engflow", ENGFLOW.size()).stream().map(QuickstartTest::type))
        .containsExactlyInAnyOrderElementsOf(ENGFLOW);
    for (String way : List.of("foundries-pull", "foundries-push")) {
      assertThat(next(lines, way, FOUNDRIES.size()).stream().map(QuickstartTest::type))
          .containsExactlyElementsOf(FOUNDRIES);
    }
    assertThat(lines).isEmpty();
  }

  /** Takes the events of a source, and its books. */
  private static List<String> next(List<String> lines, String source, int events) {
    assertThat(lines).hasSizeGreaterThan(events);
    List<String> taken = new ArrayList<>(lines.subList(0, events + 1));
    lines.subList(0, events + 1).clear();
    assertThat(taken.remove(events)).isEqualTo(BOOKS.formatted(source, events, events));
    return taken;
  }

  private static void assertGarm(List<String> lines) {
    assertThat(lines).allSatisfy(line -> assertThat(line).startsWith("garm."));
    assertThat(lines).noneMatch(line -> line.contains("UnknownEntity"));
    assertThat(lines.stream().map(QuickstartTest::type).distinct())
        .as("all kinds of the recording")
        .hasSize(38);
  }

  private static String type(String line) {
    return line.split(" ", 2)[0];
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
