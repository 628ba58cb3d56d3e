package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Bazel's command has finished. Other events may follow.
 *
 * @param header what every event has
 * @param success whether it succeeded: whether the exit code is 0; what Bazel says besides counts
 *     only where there is no exit code
 * @param exitCode the exit code; null when not set
 * @param exitCodeName its name, such as {@code SUCCESS} or {@code TESTS_FAILED}
 * @param finishTime when it finished; null when not set
 * @param failureMessage what went wrong, for humans
 */
public record Finished(
    EventHeader header,
    boolean success,
    @Nullable Integer exitCode,
    String exitCodeName,
    @Nullable Instant finishTime,
    String failureMessage)
    implements BazelBuildEvent {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
