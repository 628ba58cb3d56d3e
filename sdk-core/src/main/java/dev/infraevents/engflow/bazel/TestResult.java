package dev.infraevents.engflow.bazel;

import dev.infraevents.OpenEnum;
import dev.infraevents.internal.text.RecordText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to run one shard of a test.
 *
 * @param header what every event has
 * @param label the test
 * @param configuration the id of the configuration that it was built in
 * @param run which of the runs that were asked for, from 1
 * @param shard which shard, from 1
 * @param attempt which attempt, from 1
 * @param status how it went; not set if unknown
 * @param statusDetails more about that, for humans
 * @param cachedLocally whether the result is an older one of the same machine
 * @param start when it started; null when not set
 * @param duration how long it took; null when not set
 * @param outputs its log and whatever it has written
 * @param warnings what Bazel has to say about it
 * @param execution where and how it ran; null when not set
 */
public record TestResult(
    EventHeader header,
    String label,
    String configuration,
    int run,
    int shard,
    int attempt,
    OpenEnum<TestStatus> status,
    String statusDetails,
    boolean cachedLocally,
    @Nullable Instant start,
    @Nullable Duration duration,
    List<OutputFile> outputs,
    List<String> warnings,
    @Nullable Execution execution)
    implements BazelBuildEvent {

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /**
   * Where and how a test ran.
   *
   * @param strategy how, such as {@code remote}
   * @param cachedRemotely whether the result is an older one of the cluster
   * @param exitCode its exit code; 0 when not set
   * @param hostname the machine; empty when not set
   */
  public record Execution(String strategy, boolean cachedRemotely, int exitCode, String hostname) {}
}
