package dev.infraevents.grpc;

import static org.awaitility.Awaitility.await;

import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import dev.infraevents.engflow.BuildProgress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler that keeps everything, and waits for it by condition. */
class ReadEvents implements EventHandler<BuildProgress> {

  private final List<Event<? extends BuildProgress>> events = new CopyOnWriteArrayList<>();
  private final List<SourceSignal> signals = new CopyOnWriteArrayList<>();

  @Override
  public void handle(Event<BuildProgress> event, Delivery delivery) throws Exception {
    events.add(event);
  }

  @Override
  public void onSignal(SourceSignal signal) {
    signals.add(signal);
  }

  List<Event<? extends BuildProgress>> events() {
    return List.copyOf(events);
  }

  List<String> texts() {
    return StoreTests.texts(events);
  }

  <S extends SourceSignal> List<S> signals(Class<S> kind) {
    return signals.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  void awaitEvents(int count) {
    await().atMost(StoreTests.PATIENCE).until(() -> events.size() >= count);
  }
}
