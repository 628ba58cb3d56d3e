package dev.infraevents.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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

  private static final String BOOKS =
      "%s: received=%d delivered=%d filtered=0 deduplicated=0 dropped=0 undecodable=0";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void printsEveryEventOfEverySourceAndBalances() throws InterruptedException {
    int code = new Quickstart(print(out), print(new ByteArrayOutputStream())).call();
    assertThat(code).isZero();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    int garm = GarmRecording.head().frames().size();
    assertThat(lines).hasSize(garm + 1 + ENGFLOW.size() + 1);
    assertGarm(lines.subList(0, garm));
    assertThat(lines.get(garm)).isEqualTo(BOOKS.formatted("garm", garm, garm));
    assertThat(lines.subList(garm + 1, lines.size() - 1).stream().map(QuickstartTest::type))
        .containsExactlyInAnyOrderElementsOf(ENGFLOW);
    assertThat(lines.get(lines.size() - 1))
        .isEqualTo(BOOKS.formatted("engflow", ENGFLOW.size(), ENGFLOW.size()));
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
