package dev.infraevents.spi;

import dev.infraevents.Event;

/**
 * An event and how it is settled.
 *
 * @param event the event
 * @param settlement how it is settled
 */
record SettledEvent<P>(Event<P> event, Settlement settlement) implements EventMessage<P> {}
