package dev.infraevents.websocket.garm;

import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * A handler that keeps everything, and waits for it by condition.
 *
 * @param <P> the payload class
 */
class ReceivedEvents<P> implements EventHandler<P> {

  /** Far beyond what a healthy run needs; only a broken one waits that long. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Event<P>> events = new ArrayList<>();
  private final List<SourceSignal> signals = new ArrayList<>();

  @Override
  public void handle(Event<P> event, Delivery delivery) {
    lock.lock();
    try {
      events.add(event);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onSignal(SourceSignal signal) {
    lock.lock();
    try {
      signals.add(signal);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  List<Event<P>> events() {
    lock.lock();
    try {
      return List.copyOf(events);
    } finally {
      lock.unlock();
    }
  }

  List<String> subjects() {
    return events().stream().map(Event::subject).toList();
  }

  <S extends SourceSignal> List<S> signals(Class<S> kind) {
    lock.lock();
    try {
      return signals.stream().filter(kind::isInstance).map(kind::cast).toList();
    } finally {
      lock.unlock();
    }
  }

  Event<P> awaitSubject(String subject) {
    await("an event about " + subject, () -> subjects().contains(subject));
    return events().stream().filter(e -> subject.equals(e.subject())).findFirst().orElseThrow();
  }

  void awaitEvents(int count) {
    await(count + " events", () -> events.size() >= count);
  }

  <S extends SourceSignal> S awaitSignal(Class<S> kind) {
    return awaitSignals(kind, 1).get(0);
  }

  <S extends SourceSignal> List<S> awaitSignals(Class<S> kind, int count) {
    await(count + " of " + kind.getSimpleName(), () -> signals(kind).size() >= count);
    return signals(kind);
  }

  private void await(String what, BooleanSupplier condition) {
    long left = PATIENCE.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          throw new AssertionError(
              "no " + what + "; events " + subjects() + ", signals " + signals);
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + what, e);
    } finally {
      lock.unlock();
    }
  }
}
