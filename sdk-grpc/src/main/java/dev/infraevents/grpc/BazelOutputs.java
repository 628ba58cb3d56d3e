package dev.infraevents.grpc;

import dev.infraevents.OpenEnum;
import dev.infraevents.engflow.bazel.BazelBuildEvent;
import dev.infraevents.engflow.bazel.EventHeader;
import dev.infraevents.engflow.bazel.NamedSetOfFiles;
import dev.infraevents.engflow.bazel.OutputFile;
import dev.infraevents.engflow.bazel.OutputGroup;
import dev.infraevents.engflow.bazel.TargetCompleted;
import dev.infraevents.engflow.bazel.TestResult;
import dev.infraevents.engflow.bazel.TestStatus;
import dev.infraevents.engflow.bazel.TestSummary;
import dev.infraevents.grpc.proto.bazel.BuildEventId;
import dev.infraevents.grpc.proto.bazel.BuildEventId.NamedSetOfFilesId;
import dev.infraevents.grpc.proto.bazel.File;
import dev.infraevents.grpc.proto.bazel.TargetComplete;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Targets and tests, and the files that they leave. */
final class BazelOutputs {

  private BazelOutputs() {}

  static BazelBuildEvent namedSet(
      EventHeader header, BuildEventId id, dev.infraevents.grpc.proto.bazel.NamedSetOfFiles set) {
    return new NamedSetOfFiles(
        header, id.getNamedSet().getId(), files(set.getFilesList()), setIds(set.getFileSetsList()));
  }

  static BazelBuildEvent target(EventHeader header, BuildEventId id, TargetComplete target) {
    var about = id.getTargetCompleted();
    return new TargetCompleted(
        header,
        about.getLabel(),
        about.getConfiguration().getId(),
        about.getAspect(),
        target.getSuccess(),
        target.getOutputGroupList().stream()
            .map(
                group ->
                    new OutputGroup(
                        group.getName(),
                        setIds(group.getFileSetsList()),
                        group.getIncomplete(),
                        files(group.getInlineFilesList())))
            .toList(),
        files(target.getImportantOutputList()),
        files(target.getDirectoryOutputList()),
        target.getTagList(),
        BazelTimes.duration(
            target.hasTestTimeout(),
            target.getTestTimeout(),
            TimeUnit.SECONDS.toMillis(target.getTestTimeoutSeconds())),
        target.getFailureDetail().getMessage());
  }

  static BazelBuildEvent testResult(
      EventHeader header, BuildEventId id, dev.infraevents.grpc.proto.bazel.TestResult result) {
    var about = id.getTestResult();
    var execution = result.getExecutionInfo();
    return new TestResult(
        header,
        about.getLabel(),
        about.getConfiguration().getId(),
        about.getRun(),
        about.getShard(),
        about.getAttempt(),
        status(result.getStatusValue()),
        result.getStatusDetails(),
        result.getCachedLocally(),
        BazelTimes.instant(
            result.hasTestAttemptStart(),
            result.getTestAttemptStart(),
            result.getTestAttemptStartMillisEpoch()),
        BazelTimes.duration(
            result.hasTestAttemptDuration(),
            result.getTestAttemptDuration(),
            result.getTestAttemptDurationMillis()),
        files(result.getTestActionOutputList()),
        result.getWarningList(),
        result.hasExecutionInfo()
            ? new TestResult.Execution(
                execution.getStrategy(),
                execution.getCachedRemotely(),
                execution.getExitCode(),
                execution.getHostname())
            : null);
  }

  static BazelBuildEvent testSummary(
      EventHeader header, BuildEventId id, dev.infraevents.grpc.proto.bazel.TestSummary summary) {
    var about = id.getTestSummary();
    return new TestSummary(
        header,
        about.getLabel(),
        about.getConfiguration().getId(),
        status(summary.getOverallStatusValue()),
        summary.getTotalRunCount(),
        summary.getRunCount(),
        summary.getAttemptCount(),
        summary.getShardCount(),
        files(summary.getPassedList()),
        files(summary.getFailedList()),
        summary.getTotalNumCached(),
        BazelTimes.instant(
            summary.hasFirstStartTime(),
            summary.getFirstStartTime(),
            summary.getFirstStartTimeMillis()),
        BazelTimes.instant(
            summary.hasLastStopTime(), summary.getLastStopTime(), summary.getLastStopTimeMillis()),
        BazelTimes.duration(
            summary.hasTotalRunDuration(),
            summary.getTotalRunDuration(),
            summary.getTotalRunDurationMillis()));
  }

  private static OpenEnum<TestStatus> status(int number) {
    return Protos.open(
        TestStatus.class, dev.infraevents.grpc.proto.bazel.TestStatus.forNumber(number), number);
  }

  private static List<String> setIds(List<NamedSetOfFilesId> sets) {
    return sets.stream().map(NamedSetOfFilesId::getId).toList();
  }

  private static List<OutputFile> files(List<File> files) {
    return files.stream()
        .map(
            file ->
                new OutputFile(
                    file.getName(),
                    file.getPathPrefixList(),
                    file.getUri(),
                    Protos.bytes(file.getContents()),
                    file.getSymlinkTargetPath(),
                    file.getDigest(),
                    file.getLength()))
        .toList();
  }
}
