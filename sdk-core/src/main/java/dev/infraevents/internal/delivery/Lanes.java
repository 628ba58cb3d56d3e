package dev.infraevents.internal.delivery;

import dev.infraevents.Concurrency;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

  /** All that wait, by arrival. Only kept per subject: else that is the order of {@link #ready}. */
  private final LinkedHashSet<ManagedDelivery<P>> arrivals = new LinkedHashSet<>();

  private final List<ManagedDelivery<P>> inProgress = new ArrayList<>();
  private long inProgressBytes;
  private boolean halted;

  Lanes(Concurrency concurrency) {
    this.parallelism = concurrency.parallelism();
    this.perSubject =
        concurrency.order() == Concurrency.Order.PER_SUBJECT && concurrency.parallelism() > 1;
  }

  void add(ManagedDelivery<P> delivery) {
    if (perSubject) {
      arrivals.add(delivery);
    }
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
    return !halted && (!resumed.isEmpty() || (inProgress.size() < parallelism && !ready.isEmpty()));
  }

  @Nullable ManagedDelivery<P> take() {
    if (!canTake()) {
      return null;
    }
    ManagedDelivery<P> again = resumed.poll();
    if (again != null) {
      return again;
    }
    ManagedDelivery<P> next = ready.remove();
    if (perSubject) {
      arrivals.remove(next);
    }
    next.slot = inProgress.size();
    inProgress.add(next);
    inProgressBytes += next.size();
    return next;
  }

  /** Gives a slot back, if the delivery holds one. */
  void release(ManagedDelivery<P> delivery) {
    if (delivery.slot == ManagedDelivery.NO_SLOT) {
      return;
    }
    ManagedDelivery<P> last = inProgress.remove(inProgress.size() - 1);
    if (last != delivery) {
      inProgress.set(delivery.slot, last);
      last.slot = delivery.slot;
    }
    delivery.slot = ManagedDelivery.NO_SLOT;
    inProgressBytes -= delivery.size();
    passOn(laneOf(delivery));
  }

  /** Starts nothing more. */
  void halt() {
    halted = true;
  }

  @Nullable ManagedDelivery<P> removeOldest() {
    if (!perSubject) {
      return ready.poll();
    }
    Iterator<ManagedDelivery<P>> oldest = arrivals.iterator();
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

  List<ManagedDelivery<P>> inProgress() {
    return inProgress;
  }

  /** The size of those that can not be dropped. */
  long inProgressBytes() {
    return inProgressBytes;
  }

  /** When the oldest delivery in here was received, waiting or not; the given time if none is. */
  Instant oldest(Instant otherwise) {
    var all = Stream.of(ready, arrivals, inProgress).flatMap(Collection::stream);
    return all.map(ManagedDelivery::receivedAt).min(Instant::compareTo).orElse(otherwise);
  }

  /** Forgets everything. */
  void clear() {
    arrivals.clear();
    ready.clear();
    resumed.clear();
    behind.clear();
    inProgress.clear();
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
