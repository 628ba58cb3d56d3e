package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.util.List;

/**
 * How Bazel was called.
 *
 * @param header what every event has
 * @param arguments the command line. May hold secrets
 */
public record UnstructuredCommandLine(EventHeader header, List<String> arguments)
    implements BazelBuildEvent {

  /** Shows how many arguments there are, but none of them. */
  @Override
  public String toString() {
    return RecordText.of(this, "arguments");
  }
}
