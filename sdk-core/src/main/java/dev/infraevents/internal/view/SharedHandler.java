package dev.infraevents.internal.view;

import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import java.util.concurrent.Semaphore;

/** Lets the engines of several sources call one handler, no more at once than it allows. */
final class SharedHandler<P> implements EventHandler<P> {

  private final EventHandler<? super P> handler;
  private final Semaphore slots;
  private final ThreadLocal<Boolean> inside = new ThreadLocal<>();
  private final Object signalTurn = new Object();

  SharedHandler(EventHandler<? super P> handler, int parallelism) {
    this.handler = handler;
    this.slots = new Semaphore(parallelism, true);
  }

  @Override
  @SuppressWarnings("unchecked") // a handler of a superclass takes the event as one of that class
  public void handle(Event<P> event, Delivery delivery) throws Exception {
    slots.acquire();
    inside.set(true);
    try {
      ((EventHandler<P>) handler).handle(event, delivery);
    } finally {
      inside.remove();
      slots.release();
    }
  }

  @Override
  public void onSignal(SourceSignal signal) {
    synchronized (signalTurn) {
      inside.set(true);
      try {
        handler.onSignal(signal);
      } finally {
        inside.remove();
      }
    }
  }

  boolean isRunningHere() {
    return inside.get() != null;
  }
}
