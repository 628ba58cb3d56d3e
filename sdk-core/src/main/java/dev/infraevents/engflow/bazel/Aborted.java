package dev.infraevents.engflow.bazel;

import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.text.RecordText;

/**
 * What was announced does not come. The id says what that was: that a target could not be built,
 * for example, may come as this under the id of {@link TargetCompleted}.
 *
 * @param header what every event has
 * @param reason why; not set if unknown
 * @param description why, for humans
 */
public record Aborted(EventHeader header, OpenEnum<Reason> reason, String description)
    implements BazelBuildEvent {

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /** Why something does not come. */
  public enum Reason implements WireName {
    /** The user asked to stop. */
    USER_INTERRUPTED,
    /** It took too long. */
    TIME_OUT,
    /** The remote environment failed. */
    REMOTE_ENVIRONMENT_FAILURE,
    /** Bazel failed. */
    INTERNAL,
    /** A package could not be loaded. */
    LOADING_FAILURE,
    /** A target could not be analysed. */
    ANALYSIS_FAILURE,
    /** It was left out. */
    SKIPPED,
    /** Analysis was switched off. */
    NO_ANALYZE,
    /** Building was switched off. */
    NO_BUILD,
    /** Something else had failed before its turn came. */
    INCOMPLETE,
    /** Bazel was out of memory. */
    OUT_OF_MEMORY;

    @Override
    public String wireName() {
      return name();
    }
  }
}
