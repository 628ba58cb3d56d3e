package dev.infraevents.internal.delivery;

import dev.infraevents.Concurrency;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which waiting delivery may start. A delivery holds a slot from its start to its
 * settlement, through retries and deferral; with order per subject it also holds its subject.
 *
 * <p>Not thread-safe: guarded by the workload's lock.
 */
final class Lanes<P> {

  private final int parallelism;
  private final boolean perSubject;
  private final ArrayDeque<ManagedDelivery<P>> ready = new ArrayDeque<>();
  private final ArrayDeque<ManagedDelivery<P>> resumed = new ArrayDeque<>();

  /** Those who wait behind a subject that is ready or in progress. */
  private final Map<String, ArrayDeque<ManagedDelivery<P>>> behind = new HashMap<>();

  private final LinkedHashSet<ManagedDelivery<P>> waiting = new LinkedHashSet<>();
  private int inProgress;

  Lanes(Concurrency concurrency) {
    this.parallelism = concurrency.parallelism();
    this.perSubject =
        concurrency.order() == Concurrency.Order.PER_SUBJECT && concurrency.parallelism() > 1;
  }

  void add(ManagedDelivery<P> delivery) {
    waiting.add(delivery);
    String subject = laneOf(delivery);
    if (subject == null) {
      ready.add(delivery);
      return;
    }
    ArrayDeque<ManagedDelivery<P>> queue = behind.get(subject);
    if (queue == null) {
      behind.put(subject, new ArrayDeque<>(0));
      ready.add(delivery);
    } else {
      queue.add(delivery);
    }
  }

  /** Puts a delivery that already holds a slot up for another run. */
  void resume(ManagedDelivery<P> delivery) {
    resumed.add(delivery);
  }

  boolean canTake() {
    return !resumed.isEmpty() || (inProgress < parallelism && !ready.isEmpty());
  }

  @Nullable ManagedDelivery<P> take() {
    ManagedDelivery<P> again = resumed.poll();
    if (again != null) {
      return again;
    }
    if (inProgress >= parallelism) {
      return null;
    }
    ManagedDelivery<P> next = ready.poll();
    if (next != null) {
      waiting.remove(next);
      inProgress++;
    }
    return next;
  }

  /** Gives a slot back. */
  void release(ManagedDelivery<P> delivery) {
    inProgress--;
    passOn(laneOf(delivery));
  }

  @Nullable ManagedDelivery<P> removeOldest() {
    Iterator<ManagedDelivery<P>> oldest = waiting.iterator();
    if (!oldest.hasNext()) {
      return null;
    }
    ManagedDelivery<P> delivery = oldest.next();
    oldest.remove();
    String subject = laneOf(delivery);
    if (ready.remove(delivery)) {
      passOn(subject);
    } else if (subject != null) {
      ArrayDeque<ManagedDelivery<P>> queue = behind.get(subject);
      if (queue != null) {
        queue.remove(delivery);
      }
    }
    return delivery;
  }

  /** Empties the queues. What is in progress stays. */
  void clear() {
    waiting.clear();
    ready.clear();
    resumed.clear();
    behind.clear();
  }

  private void passOn(@Nullable String subject) {
    if (subject == null) {
      return;
    }
    ArrayDeque<ManagedDelivery<P>> queue = behind.get(subject);
    ManagedDelivery<P> next = queue == null ? null : queue.poll();
    if (next != null) {
      ready.add(next);
    } else {
      behind.remove(subject);
    }
  }

  private @Nullable String laneOf(ManagedDelivery<P> delivery) {
    return perSubject ? delivery.subject() : null;
  }
}
