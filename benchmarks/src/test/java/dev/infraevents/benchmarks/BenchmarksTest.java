package dev.infraevents.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.infraevents.benchmarks.DecodeBenchmark.Size;
import dev.infraevents.benchmarks.TrafficClient.Way;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** That everything runs and reports, never how fast. */
@ExtendWith(LeakCheck.class)
class BenchmarksTest {

  @Test
  void decodingIsMeasuredForEverySizeAndEveryWay() throws Exception {
    Report report = Benchmarks.run(List.of("decode"), true);

    for (Size size : Size.values()) {
      assertThat(report.names())
          .contains(
              "decode " + size + ": event / plain Jackson, time",
              "decode " + size + ": event / plain Jackson, bytes allocated",
              "decode: envelope " + size,
              "decode: event " + size,
              "decode: plainJackson " + size,
              "decode: tree " + size);
    }
  }

  @Test
  void theEngineIsMeasuredAgainstADirectCallAndAnExecutor() throws Exception {
    assertThat(Benchmarks.run(List.of("engine"), true).names())
        .contains(
            "engine: added to a direct call",
            "engine: directCall",
            "engine: bareExecutor",
            "engine: engine",
            "engine: engineAcked",
            "engine: engineAckedInline",
            "engine: engineInline",
            "engine: notificationAlone");
  }

  @Test
  void theWholeWayIsMeasuredForEveryWay() throws Exception {
    Report report = Benchmarks.run(List.of("loopback"), true);

    assertThat(report.names())
        .contains(
            "filtered-out event: added to OkHttp alone",
            "end to end: events per CPU second, our source / hand-written loop with our decoder",
            "end to end: events per CPU second, our source / hand-written loop with plain Jackson")
        .contains(
            List.of(Way.values()).stream().map(way -> "end to end: " + way).toArray(String[]::new));
    assertThat(report.names().stream().filter(name -> name.startsWith("latency"))).hasSize(4);
  }

  @Test
  void notificationsAreMeasuredForEveryWay() throws Exception {
    assertThat(Benchmarks.run(List.of("notifications"), true).names())
        .contains(
            "notifications per CPU second, our source / hand-written client that acknowledges each",
            "notification: SOURCE",
            "notification: STUB",
            "notification: STUB_BATCHED");
  }

  @Test
  void pullingIsMeasuredForEveryWay() throws Exception {
    assertThat(Benchmarks.run(List.of("pull"), true).names())
        .contains(
            "pulled messages per CPU second, our source / Google's Subscriber with an empty receiver",
            "pulled messages per second with default options, our source / Google's Subscriber",
            "pulled messages per CPU second, our source / Google's Subscriber with one thread",
            "pulled messages per CPU second, our source / Google's Subscriber with our decoder",
            "filtered out per CPU second, our source / Google's Subscriber with one thread")
        .contains(
            Arrays.stream(PullClient.Way.values())
                .map(way -> "pull: " + way)
                .toArray(String[]::new));
  }

  @Test
  void verifyingIsMeasuredForEveryWay() throws Exception {
    assertThat(Benchmarks.run(List.of("verify"), true).names())
        .contains(
            "verify: tokens per second, PushVerifier uncached / nimbus alone",
            "verify: tokens per second, PushVerifier cached / uncached",
            "verify: tokens per second, PushVerifier uncached / signature alone",
            "verify: tokens per second, PushVerifier uncached / Google's TokenVerifier",
            "verify: cached",
            "verify: googleTokenVerifier",
            "verify: nimbusAlone",
            "verify: signatureAlone",
            "verify: uncached");
  }

  @Test
  void anIdleSubscriptionIsWatched() throws Exception {
    assertThat(Benchmarks.run(List.of("idle"), true).names())
        .anyMatch(name -> name.startsWith("idle: seconds of a minute in which a thread woke"));
  }

  @Test
  void whatIsNoPartIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Benchmarks.run(List.of("everything"), true));
  }

  @Test
  void theReportSaysWhichTargetsAreMet() {
    var report = new Report();
    report.atMost("cheap enough", 1.5, 2, " ns");
    report.atMost("too dear", 2500, 2, " ns");
    report.atLeast("fast enough", 0.9, 0.9, "");
    report.atLeast("too slow", Double.NaN, 0.9, "");
    report.figure("by the way", "7 B");
    var out = new ByteArrayOutputStream();

    report.print(new PrintStream(out, true, StandardCharsets.UTF_8));

    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .contains(
            "| cheap enough | 1.50 ns | <= 2.00 ns: pass |",
            "| too dear | 2,500 ns | <= 2.00 ns: FAIL |",
            "| fast enough | 0.90 | >= 0.90: pass |",
            "| too slow | NaN | >= 0.90: FAIL |",
            "| by the way | 7 B |");
  }

  @Test
  void theFramesAreOfTheSizesTheyAreNamedFor() {
    assertThat(Frames.small().length()).isBetween(400, 600);
    assertThat(Frames.instance().length()).isBetween(850, 1_100);
    assertThat(Frames.large().length()).isBetween(14_000, 18_000);
    assertThat(Frames.stamped()).contains(Frames.AGENT_ID + Frames.STAMP_BASE + ",");
  }
}
