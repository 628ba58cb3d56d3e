package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.util.Map;

/**
 * What was given as {@code --build_metadata}.
 *
 * @param header what every event has
 * @param metadata values by key. May hold secrets
 */
public record BuildMetadata(EventHeader header, Map<String, String> metadata)
    implements BazelBuildEvent {

  /** Shows how many entries there are, but none of them. */
  @Override
  public String toString() {
    return RecordText.of(this, "metadata");
  }
}
