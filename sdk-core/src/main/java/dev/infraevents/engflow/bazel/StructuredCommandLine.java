package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.util.List;

/**
 * How Bazel was called, taken apart.
 *
 * @param header what every event has
 * @param label which form of the command line it is, such as {@code original} or {@code canonical}
 * @param sections its parts
 */
public record StructuredCommandLine(EventHeader header, String label, List<Section> sections)
    implements BazelBuildEvent {

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /**
   * A part of a command line. It has either chunks or options.
   *
   * @param label which part, such as {@code command options}
   * @param chunks words, such as targets. May hold secrets
   * @param options options
   */
  public record Section(String label, List<String> chunks, List<Option> options) {

    /** Shows how many chunks and options there are, but none of them. */
    @Override
    public String toString() {
      return RecordText.of(this, "chunks", "options");
    }
  }

  /**
   * An option.
   *
   * @param combinedForm name and value as one would write them. May hold a secret
   * @param name the name, without dashes
   * @param value the value. May hold a secret
   */
  public record Option(String combinedForm, String name, String value) {

    /** Shows the name. */
    @Override
    public String toString() {
      return RecordText.of(this, "combinedForm", "value");
    }
  }
}
