package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.util.Map;

/**
 * What the workspace status command has printed, such as {@code BUILD_USER}.
 *
 * @param header what every event has
 * @param items values by key, in their order. May hold secrets
 */
public record WorkspaceStatus(EventHeader header, Map<String, String> items)
    implements BazelBuildEvent {

  /** Shows how many items there are, but none of them. */
  @Override
  public String toString() {
    return RecordText.of(this, "items");
  }
}
