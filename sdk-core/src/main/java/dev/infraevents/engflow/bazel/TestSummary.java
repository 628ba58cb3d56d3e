package dev.infraevents.engflow.bazel;

import dev.infraevents.OpenEnum;
import dev.infraevents.internal.text.RecordText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All attempts, shards and runs of a test together.
 *
 * @param header what every event has
 * @param label the test
 * @param configuration the id of the configuration that it was built in
 * @param overallStatus how it went; not set if unknown
 * @param totalRunCount how often it ran, all runs, shards and attempts counted
 * @param runCount how many runs were asked for; 0 when not set
 * @param attemptCount the largest number of attempts of a shard; 0 when not set
 * @param shardCount how many shards it has; 0 if it has none
 * @param passed the logs of what passed
 * @param failed the logs of what failed
 * @param totalNumCached how many results are older ones
 * @param firstStart when the first started; null when not set
 * @param lastStop when the last ended; null when not set
 * @param totalRunDuration how long they took together; null when not set
 */
public record TestSummary(
    EventHeader header,
    String label,
    String configuration,
    OpenEnum<TestStatus> overallStatus,
    int totalRunCount,
    int runCount,
    int attemptCount,
    int shardCount,
    List<OutputFile> passed,
    List<OutputFile> failed,
    int totalNumCached,
    @Nullable Instant firstStart,
    @Nullable Instant lastStop,
    @Nullable Duration totalRunDuration)
    implements BazelBuildEvent {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
