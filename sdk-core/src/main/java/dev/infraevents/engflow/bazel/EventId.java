package dev.infraevents.engflow.bazel;

import dev.infraevents.Bytes;
import dev.infraevents.internal.text.RecordText;

/**
 * The id of an event of Bazel. Two are equal if they are of one event.
 *
 * @param kind which sort of event it stands for, in the words of the protocol, such as {@code
 *     target_completed}; empty if this version does not know it
 * @param name what it is about: the label of a target, test or action; the pattern or patterns of
 *     targets, separated by spaces; the id of a set of files or of a configuration; the label of a
 *     command line; the URL of a download; empty for the rest
 * @param content all of it, serialised
 */
public record EventId(String kind, String name, Bytes content) {

  /** No id. */
  public static final EventId NONE = new EventId("", "", Bytes.EMPTY);

  private static final String FETCH = "fetch";

  /** Shows kind and name; not the URL of a download, which may be signed. */
  @Override
  public String toString() {
    return kind.equals(FETCH) ? RecordText.of(this, "name") : RecordText.of(this);
  }
}
