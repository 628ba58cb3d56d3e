package dev.infraevents.engflow.bazel;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a build. What an older Bazel does not count is 0.
 *
 * @param header what every event has
 * @param actions the actions
 * @param targets the targets
 * @param packagesLoaded how many packages were loaded
 * @param timing how long it took
 * @param artifacts the files
 * @param numAnalyses how many analyses Bazel's server has made since it was started, this included
 * @param numBuilds how many builds Bazel's server has made since it was started, this included
 */
public record BuildMetrics(
    EventHeader header,
    Actions actions,
    Targets targets,
    long packagesLoaded,
    Timing timing,
    Artifacts artifacts,
    int numAnalyses,
    int numBuilds)
    implements BazelBuildEvent {

  /**
   * The actions of a build.
   *
   * @param created how many there are
   * @param createdNotIncludingAspects how many of these are not of aspects
   * @param executed how many were run; those whose result came from a remote cache count, those
   *     from the local one do not
   * @param remoteCacheHits how many results came from a remote cache; only old versions of Bazel
   *     say so
   */
  public record Actions(
      long created, long createdNotIncludingAspects, long executed, long remoteCacheHits) {}

  /**
   * The targets of a build.
   *
   * @param loaded how many were loaded
   * @param configured how many targets and aspects were configured
   * @param configuredNotIncludingAspects how many targets were configured
   */
  public record Targets(long loaded, long configured, long configuredNotIncludingAspects) {}

  /**
   * How long a build took. All but the last are zero when not set, and in whole milliseconds.
   *
   * @param cpuTime what Bazel's server has used of processors
   * @param wallTime all of it
   * @param analysisPhase the time of the analysis
   * @param executionPhase the time of the execution
   * @param actionsExecutionStart how long after the start the first action was run
   * @param criticalPath the longest chain of actions that wait for each other; null when not set,
   *     as by versions of Bazel before 2026
   */
  public record Timing(
      Duration cpuTime,
      Duration wallTime,
      Duration analysisPhase,
      Duration executionPhase,
      Duration actionsExecutionStart,
      @Nullable Duration criticalPath) {}

  /**
   * The files of a build.
   *
   * @param sourceArtifactsRead the sources that were read
   * @param outputArtifactsSeen the outputs that were made, or were there and up to date
   * @param outputArtifactsFromActionCache those of them that were there
   * @param topLevelArtifacts the outputs that were asked for
   */
  public record Artifacts(
      Files sourceArtifactsRead,
      Files outputArtifactsSeen,
      Files outputArtifactsFromActionCache,
      Files topLevelArtifacts) {}

  /**
   * Files of one sort.
   *
   * @param sizeInBytes their size together
   * @param count how many there are
   */
  public record Files(long sizeInBytes, int count) {}
}
