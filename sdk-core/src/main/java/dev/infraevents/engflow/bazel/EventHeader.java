package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.util.List;

/**
 * What every event of Bazel has.
 *
 * @param id what it is about
 * @param children the events that it announces; there can be thousands
 * @param lastMessage whether it is the last of its build
 */
public record EventHeader(EventId id, List<EventId> children, boolean lastMessage) {

  /** Shows how many children there are, but none of them. */
  @Override
  public String toString() {
    return RecordText.of(this, "children");
  }
}
