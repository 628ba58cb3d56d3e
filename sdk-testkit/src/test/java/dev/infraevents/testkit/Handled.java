package dev.infraevents.testkit;

import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import dev.infraevents.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A handler that keeps everything. */
final class Handled implements EventHandler<Object> {

  final List<Event<Object>> events = new CopyOnWriteArrayList<>();
  final List<SourceSignal> signals = new CopyOnWriteArrayList<>();

  @Override
  public void handle(Event<Object> event, Delivery delivery) {
    events.add(event);
  }

  @Override
  public void onSignal(SourceSignal signal) {
    signals.add(signal);
  }

  List<String> raw() {
    return events.stream().map(e -> e.raw().utf8()).toList();
  }

  /** Waits for the end of a subscription, far beyond what a healthy run needs. */
  static void awaitEnd(Subscription subscription) throws Exception {
    subscription.completion().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
