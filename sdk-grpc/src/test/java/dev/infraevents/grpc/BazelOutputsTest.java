package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import dev.infraevents.engflow.bazel.NamedSetOfFiles;
import dev.infraevents.engflow.bazel.OutputFile;
import dev.infraevents.engflow.bazel.OutputGroup;
import dev.infraevents.engflow.bazel.TargetCompleted;
import dev.infraevents.engflow.bazel.TestResult;
import dev.infraevents.engflow.bazel.TestStatus;
import dev.infraevents.engflow.bazel.TestSummary;
import dev.infraevents.grpc.proto.bazel.BuildEvent;
import dev.infraevents.grpc.proto.bazel.File;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Targets and tests, as new and as old versions of Bazel tell of them. */
@ExtendWith(LeakCheck.class)
class BazelOutputsTest {

  private static final File.Builder FILE =
      File.newBuilder()
          .addPathPrefix("bazel-out")
          .addPathPrefix("bin")
          .setName("a/b")
          .setUri("bytestream://host/blobs/1")
          .setDigest("00ff")
          .setLength(3_000_000_000L);
  private static final OutputFile READ =
      new OutputFile(
          "a/b",
          List.of("bazel-out", "bin"),
          "bytestream://host/blobs/1",
          Bytes.EMPTY,
          "",
          "00ff",
          3_000_000_000L);

  @Test
  void aTargetNamesTheSetsOfItsFiles() {
    var target =
        (TargetCompleted)
            BazelEventsTest.read(
                e -> {
                  var id = e.getIdBuilder().getTargetCompletedBuilder().setLabel("//a:b");
                  id.setAspect("lint").getConfigurationBuilder().setId("k8");
                  var completed = e.getCompletedBuilder().setSuccess(true).addTag("manual");
                  completed.addImportantOutput(FILE).addDirectoryOutput(FILE);
                  completed.getTestTimeoutBuilder().setSeconds(300);
                  completed.getFailureDetailBuilder().setMessage("m");
                  var group = completed.addOutputGroupBuilder().setName("default");
                  group.setIncomplete(true).addInlineFiles(FILE);
                  group.addFileSetsBuilder().setId("0");
                  group.addFileSetsBuilder().setId("7");
                });

    assertThat(target)
        .isEqualTo(
            new TargetCompleted(
                target.header(),
                "//a:b",
                "k8",
                "lint",
                true,
                List.of(new OutputGroup("default", List.of("0", "7"), true, List.of(READ))),
                List.of(READ),
                List.of(READ),
                List.of("manual"),
                Duration.ofMinutes(5),
                "m"));
  }

  @Test
  void aSetHasFilesAndFurtherSets() {
    var set =
        (NamedSetOfFiles)
            BazelEventsTest.read(
                e -> {
                  e.getIdBuilder().getNamedSetBuilder().setId("7");
                  var files = e.getNamedSetOfFilesBuilder();
                  files.addFiles(FILE).addFileSetsBuilder().setId("0");
                });

    assertThat(set).isEqualTo(new NamedSetOfFiles(set.header(), "7", List.of(READ), List.of("0")));
  }

  @Test
  void aFileIsSomewhereOrHereOrALink() {
    var set =
        (NamedSetOfFiles)
            BazelEventsTest.read(
                e ->
                    e.getNamedSetOfFilesBuilder()
                        .addFiles(File.newBuilder().setContents(BazelEventsTest.bytes("x")))
                        .addFiles(File.newBuilder().setSymlinkTargetPath("/t")));

    assertThat(set.files())
        .containsExactly(
            new OutputFile("", List.of(), "", Bytes.ofUtf8("x"), "", "", 0),
            new OutputFile("", List.of(), "", Bytes.EMPTY, "/t", "", 0));
  }

  private static BuildEvent.Builder testResult() {
    var event = BuildEvent.newBuilder();
    var id = event.getIdBuilder().getTestResultBuilder().setLabel("//a:t");
    id.setRun(1).setShard(2).setAttempt(3).getConfigurationBuilder().setId("k8");
    return event;
  }

  @Test
  void aTestResultHasAllThatBazelSays() {
    var event = testResult();
    var builder =
        event
            .getTestResultBuilder()
            .setStatusValue(4)
            .setStatusDetails("exit 1")
            .setCachedLocally(true)
            .setTestAttemptStartMillisEpoch(1)
            .setTestAttemptDurationMillis(1)
            .addTestActionOutput(FILE)
            .addWarning("slow");
    builder.getTestAttemptStartBuilder().setSeconds(60);
    builder.getTestAttemptDurationBuilder().setSeconds(2).setNanos(5);
    builder
        .getExecutionInfoBuilder()
        .setStrategy("remote")
        .setCachedRemotely(true)
        .setExitCode(1)
        .setHostname("h");
    var result = (TestResult) BazelEvents.decode(Messages.bytes(event.build()));

    assertThat(result)
        .isEqualTo(
            new TestResult(
                result.header(),
                "//a:t",
                "k8",
                1,
                2,
                3,
                OpenEnum.of(TestStatus.FAILED),
                "exit 1",
                true,
                Instant.ofEpochSecond(60),
                Duration.ofSeconds(2, 5),
                List.of(READ),
                List.of("slow"),
                new TestResult.Execution("remote", true, 1, "h")));
  }

  @Test
  void anOldBazelsTestHasTimesInMilliseconds() {
    var event = testResult();
    event
        .getTestResultBuilder()
        .setTestAttemptStartMillisEpoch(1_500)
        .setTestAttemptDurationMillis(250);
    var result = (TestResult) BazelEvents.decode(Messages.bytes(event.build()));

    assertThat(result.start()).isEqualTo(Instant.ofEpochMilli(1_500));
    assertThat(result.duration()).isEqualTo(Duration.ofMillis(250));
    assertThat(result.execution()).isNull();
    assertThat(result.status().isSet()).isFalse();
  }

  @Test
  void aSummaryHasAllThatBazelSays() {
    var summary =
        (TestSummary)
            BazelEventsTest.read(
                e -> {
                  var id = e.getIdBuilder().getTestSummaryBuilder().setLabel("//a:t");
                  id.getConfigurationBuilder().setId("k8");
                  var builder =
                      e.getTestSummaryBuilder()
                          .setOverallStatusValue(2)
                          .setTotalRunCount(1)
                          .setRunCount(2)
                          .setAttemptCount(3)
                          .setShardCount(4)
                          .addPassed(FILE)
                          .addFailed(FILE)
                          .setTotalNumCached(5);
                  builder.getFirstStartTimeBuilder().setSeconds(6);
                  builder.getLastStopTimeBuilder().setSeconds(7);
                  builder.getTotalRunDurationBuilder().setSeconds(8);
                });

    assertThat(summary)
        .isEqualTo(
            new TestSummary(
                summary.header(),
                "//a:t",
                "k8",
                OpenEnum.of(TestStatus.FLAKY),
                1,
                2,
                3,
                4,
                List.of(READ),
                List.of(READ),
                5,
                Instant.ofEpochSecond(6),
                Instant.ofEpochSecond(7),
                Duration.ofSeconds(8)));
  }

  @Test
  void anOldBazelsSummaryHasTimesInMilliseconds() {
    var summary =
        (TestSummary)
            BazelEventsTest.read(
                e ->
                    e.getTestSummaryBuilder()
                        .setFirstStartTimeMillis(1)
                        .setLastStopTimeMillis(2)
                        .setTotalRunDurationMillis(3));
    var none = (TestSummary) BazelEventsTest.read(BuildEvent.Builder::getTestSummaryBuilder);
    var target =
        (TargetCompleted)
            BazelEventsTest.read(e -> e.getCompletedBuilder().setTestTimeoutSeconds(60));

    assertThat(summary.firstStart()).isEqualTo(Instant.ofEpochMilli(1));
    assertThat(summary.lastStop()).isEqualTo(Instant.ofEpochMilli(2));
    assertThat(summary.totalRunDuration()).isEqualTo(Duration.ofMillis(3));
    assertThat(target.testTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(none.firstStart()).isNull();
    assertThat(none.lastStop()).isNull();
    assertThat(none.totalRunDuration()).isNull();
  }

  @Test
  void everyStatusIsKnownButZero() {
    for (int status = 0; status <= TestStatus.values().length + 1; status++) {
      int number = status;
      OpenEnum<TestStatus> read =
          ((TestSummary)
                  BazelEventsTest.read(
                      e -> e.getTestSummaryBuilder().setOverallStatusValue(number)))
              .overallStatus();
      assertThat(read.known().isPresent())
          .isEqualTo(number >= 1 && number <= TestStatus.values().length);
      assertThat(read.isSet()).isEqualTo(number != 0);
    }
  }
}
