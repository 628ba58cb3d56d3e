package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.util.List;

/**
 * A set of files that later events refer to. Sets form a graph without cycles; a set comes before
 * everything that names it.
 *
 * @param header what every event has
 * @param setId the id by which it is named
 * @param files its own files
 * @param fileSets the ids of further sets whose files belong to it
 */
public record NamedSetOfFiles(
    EventHeader header, String setId, List<OutputFile> files, List<String> fileSets)
    implements BazelBuildEvent {

  /** Shows how many files and sets there are, but none of them. */
  @Override
  public String toString() {
    return RecordText.of(this, "files", "fileSets");
  }
}
