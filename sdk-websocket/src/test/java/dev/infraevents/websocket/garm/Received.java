package dev.infraevents.websocket.garm;

import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.garm.GarmPayload;

/** Keeps the events of entities. */
final class Received extends ReceivedEvents<GarmPayload> {

  private Runnable next = () -> {};

  /** Does something after each event. */
  Received then(Runnable task) {
    next = task;
    return this;
  }

  @Override
  public void handle(Event<GarmPayload> event, Delivery delivery) {
    super.handle(event, delivery);
    next.run();
  }
}
