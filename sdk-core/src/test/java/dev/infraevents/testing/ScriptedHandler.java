package dev.infraevents.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * A handler that does with each event what a test says, and remembers everything. It returns at
 * once unless told otherwise.
 */
public final class ScriptedHandler implements EventHandler<String> {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Map<String, EventHandler<String>> scripts = new HashMap<>();
  private final Set<String> held = new HashSet<>();
  private final List<String> started = new ArrayList<>();
  private final List<String> ended = new ArrayList<>();
  private final List<SourceSignal> signals = new ArrayList<>();
  private final Map<String, Delivery> deliveries = new HashMap<>();
  private EventHandler<String> otherwise = (event, delivery) -> {};
  private Runnable listener = () -> {};
  private int running;
  private int mostRunning;

  /** Sets what to do with one event. */
  public ScriptedHandler on(String id, EventHandler<String> script) {
    return locked(() -> scripts.put(id, script));
  }

  /** Sets what to do with all others. */
  public ScriptedHandler otherwise(EventHandler<String> script) {
    return locked(() -> otherwise = script);
  }

  /** Sets what to do when a signal comes; it has been recorded by then. */
  public ScriptedHandler onEverySignal(Runnable script) {
    return locked(() -> listener = script);
  }

  /** Keeps the handler of these events from going on until they are released. */
  public ScriptedHandler hold(String... ids) {
    return locked(() -> held.addAll(List.of(ids)));
  }

  /** Lets it go on. */
  public ScriptedHandler release(String... ids) {
    return locked(() -> List.of(ids).forEach(held::remove));
  }

  @Override
  public void handle(Event<String> event, Delivery delivery) throws Exception {
    String id = event.id();
    EventHandler<String> script;
    lock.lockInterruptibly();
    try {
      deliveries.put(id, delivery);
      started.add(id);
      running++;
      mostRunning = Math.max(mostRunning, running);
      changed.signalAll();
      script = scripts.getOrDefault(id, otherwise);
    } finally {
      lock.unlock();
    }
    try {
      waitForRelease(id);
      script.handle(event, delivery);
    } finally {
      locked(
          () -> {
            running--;
            ended.add(id);
          });
    }
  }

  private void waitForRelease(String id) throws InterruptedException {
    lock.lock();
    try {
      while (held.contains(id)) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onSignal(SourceSignal signal) {
    locked(() -> signals.add(signal));
    Runnable script;
    lock.lock();
    try {
      script = listener;
    } finally {
      lock.unlock();
    }
    script.run();
  }

  /** The ids whose handling began, in order; one entry for each run. */
  public List<String> started() {
    lock.lock();
    try {
      return List.copyOf(started);
    } finally {
      lock.unlock();
    }
  }

  /** How many ran at once at most. */
  public int mostRunning() {
    lock.lock();
    try {
      return mostRunning;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the handling of these has begun, in any order. */
  public void awaitStarted(String... ids) {
    await(() -> started.containsAll(List.of(ids)), "start of " + List.of(ids));
  }

  public void awaitRuns(int count) {
    await(() -> started.size() >= count, count + " runs");
  }

  public void awaitEnded(String... ids) {
    await(() -> ended.containsAll(List.of(ids)), "end of " + List.of(ids));
  }

  /** The delivery of an event whose handling began. */
  public Delivery delivery(String id) {
    awaitStarted(id);
    lock.lock();
    try {
      return deliveries.get(id);
    } finally {
      lock.unlock();
    }
  }

  public List<SourceSignal> signals() {
    lock.lock();
    try {
      return List.copyOf(signals);
    } finally {
      lock.unlock();
    }
  }

  public <S extends SourceSignal> List<S> signals(Class<S> kind) {
    return signals().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Waits for so many signals of a kind; returns all of them. */
  public <S extends SourceSignal> List<S> awaitSignals(Class<S> kind, int count) {
    await(
        () -> signals.stream().filter(kind::isInstance).count() >= count,
        count + " times " + kind.getSimpleName());
    List<S> all = signals(kind);
    assertThat(all).hasSize(count);
    return all;
  }

  private ScriptedHandler locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
      return this;
    } finally {
      lock.unlock();
    }
  }

  private void await(BooleanSupplier condition, String what) {
    long left = PATIENCE_NANOS;
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          throw new AssertionError(
              "no " + what + "; started " + started + ", ended " + ended + ", heard " + signals);
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    } finally {
      lock.unlock();
    }
  }
}
