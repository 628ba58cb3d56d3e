package dev.infraevents.pubsub;

import dev.infraevents.Event;
import dev.infraevents.spi.EventMessage;
import dev.infraevents.spi.Settlement;

/**
 * An event that has been forwarded.
 *
 * @param event the event as it was published
 * @param settlement how its message is settled
 * @param attempt how often that has been delivered
 */
record ForwardedMessage(Event<Object> event, Settlement settlement, int attempt)
    implements EventMessage<Object> {

  // Several sources can share a topic, and each counts for itself.
  @Override
  public String dedupeId(Event<Object> same) {
    return same.source() + " " + same.id();
  }
}
