package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.util.List;

/**
 * The options in effect.
 *
 * @param header what every event has
 * @param startupOptions those of Bazel itself. May hold secrets
 * @param explicitStartupOptions those of them that were on the command line. May hold secrets
 * @param commandLine those of the command. May hold secrets
 * @param explicitCommandLine those of them that were on the command line. May hold secrets
 * @param toolTag what has called Bazel, if it says so
 */
public record OptionsParsed(
    EventHeader header,
    List<String> startupOptions,
    List<String> explicitStartupOptions,
    List<String> commandLine,
    List<String> explicitCommandLine,
    String toolTag)
    implements BazelBuildEvent {

  /** Shows how many options there are, but none of them. */
  @Override
  public String toString() {
    return RecordText.of(
        this, "startupOptions", "explicitStartupOptions", "commandLine", "explicitCommandLine");
  }
}
