package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;

/**
 * What Bazel has printed since the last such event, as a terminal takes it: with the codes for
 * colours and for moving the cursor.
 *
 * @param header what every event has
 * @param stdout what went to standard output. May hold secrets
 * @param stderr what went to standard error. May hold secrets
 */
public record Progress(EventHeader header, String stdout, String stderr)
    implements BazelBuildEvent {

  /** Shows how much was printed. */
  @Override
  public String toString() {
    return RecordText.of(this, "stdout", "stderr");
  }
}
