package dev.infraevents.engflow.bazel;

import dev.infraevents.Bytes;
import dev.infraevents.internal.text.RecordText;

/**
 * An event with a payload that is not read here.
 *
 * @param header what every event has
 * @param field the payload's name in the protocol, such as {@code configured}; empty if this
 *     version does not know it
 * @param number the payload's number in the protocol; 0 if the event has none
 * @param content the payload, serialised; empty if the event has none
 */
public record Other(EventHeader header, String field, int number, Bytes content)
    implements BazelBuildEvent {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
