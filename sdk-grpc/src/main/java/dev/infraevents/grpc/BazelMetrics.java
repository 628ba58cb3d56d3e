package dev.infraevents.grpc;

import dev.infraevents.engflow.bazel.BuildMetrics;
import dev.infraevents.engflow.bazel.EventHeader;
import dev.infraevents.grpc.proto.bazel.BuildMetrics.ActionSummary;
import dev.infraevents.grpc.proto.bazel.BuildMetrics.ArtifactMetrics;
import dev.infraevents.grpc.proto.bazel.BuildMetrics.TargetMetrics;
import dev.infraevents.grpc.proto.bazel.BuildMetrics.TimingMetrics;
import java.time.Duration;

/** The numbers of a build. */
final class BazelMetrics {

  private BazelMetrics() {}

  static BuildMetrics read(
      EventHeader header, dev.infraevents.grpc.proto.bazel.BuildMetrics metrics) {
    return new BuildMetrics(
        header,
        actions(metrics.getActionSummary()),
        targets(metrics.getTargetMetrics()),
        metrics.getPackageMetrics().getPackagesLoaded(),
        timing(metrics.getTimingMetrics()),
        artifacts(metrics.getArtifactMetrics()),
        metrics.getCumulativeMetrics().getNumAnalyses(),
        metrics.getCumulativeMetrics().getNumBuilds());
  }

  private static BuildMetrics.Actions actions(ActionSummary actions) {
    return new BuildMetrics.Actions(
        actions.getActionsCreated(),
        actions.getActionsCreatedNotIncludingAspects(),
        actions.getActionsExecuted(),
        actions.getRemoteCacheHits());
  }

  private static BuildMetrics.Targets targets(TargetMetrics targets) {
    return new BuildMetrics.Targets(
        targets.getTargetsLoaded(),
        targets.getTargetsConfigured(),
        targets.getTargetsConfiguredNotIncludingAspects());
  }

  private static BuildMetrics.Timing timing(TimingMetrics timing) {
    return new BuildMetrics.Timing(
        Duration.ofMillis(timing.getCpuTimeInMs()),
        Duration.ofMillis(timing.getWallTimeInMs()),
        Duration.ofMillis(timing.getAnalysisPhaseTimeInMs()),
        Duration.ofMillis(timing.getExecutionPhaseTimeInMs()),
        Duration.ofMillis(timing.getActionsExecutionStartInMs()),
        timing.hasCriticalPathTime() ? Protos.duration(timing.getCriticalPathTime()) : null);
  }

  private static BuildMetrics.Artifacts artifacts(ArtifactMetrics artifacts) {
    return new BuildMetrics.Artifacts(
        files(artifacts.getSourceArtifactsRead()),
        files(artifacts.getOutputArtifactsSeen()),
        files(artifacts.getOutputArtifactsFromActionCache()),
        files(artifacts.getTopLevelArtifacts()));
  }

  private static BuildMetrics.Files files(ArtifactMetrics.FilesMetric files) {
    return new BuildMetrics.Files(files.getSizeInBytes(), files.getCount());
  }
}
