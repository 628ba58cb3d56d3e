package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A target has been built, or could not be. Failures may come as {@link Aborted} too.
 *
 * @param header what every event has
 * @param label the target
 * @param configuration the id of the configuration that it was built in
 * @param aspect the aspect, if it is not the target itself
 * @param success whether all that was asked for was made
 * @param outputGroups what was made; a graph of sets, not a list of files
 * @param importantOutputs outputs as a list, which Bazel has deprecated
 * @param directoryOutputs what is in directories that were made
 * @param tags the tags of the target
 * @param testTimeout how long a test may take; null when not set
 * @param failureMessage what went wrong, for humans
 */
public record TargetCompleted(
    EventHeader header,
    String label,
    String configuration,
    String aspect,
    boolean success,
    List<OutputGroup> outputGroups,
    List<OutputFile> importantOutputs,
    List<OutputFile> directoryOutputs,
    List<String> tags,
    @Nullable Duration testTimeout,
    String failureMessage)
    implements BazelBuildEvent {

  /** Shows what is set; of outputs, only how many there are. */
  @Override
  public String toString() {
    return RecordText.of(this, "outputGroups", "importantOutputs", "directoryOutputs");
  }
}
