package dev.infraevents.internal.delivery;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.ManagedDelivery.Verdict;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits and what is in progress, with its bounds and its books. All mutable state of the
 * engine and of its deliveries is guarded by the one lock in here; nothing is called out under it.
 */
final class Workload<P> {

  /** How an admission went. */
  enum Admission {
    TAKEN,
    /** Attached to the same event, which is still in progress. */
    ATTACHED,
    DROPPED,
    /** The engine is closing: the message was not taken. */
    CLOSED
  }

  /** Where a message that leaves goes in the books. */
  enum Entry {
    DELIVERED,
    FILTERED,
    DEDUPLICATED,
    DROPPED,
    UNDECODABLE
  }

  /** Whether a delivery has left, and what that means for others. */
  enum Exit {
    STAYED,
    LEFT,
    /** A transport that was refused room must be told that there is room again. */
    LEFT_ROOM_AGAIN
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomOrEnd = lock.newCondition();
  private final DeliveryOptions options;
  private final boolean demandDriven;
  private final Timing time;
  private final DropReporter drops;

  // All below guarded by lock.
  private final Lanes<P> lanes;
  private final Books books = new Books();
  private final Map<String, ManagedDelivery<P>> unfinished = new HashMap<>();
  private int workers;
  private boolean accepting = true;
  private boolean abandoned;
  private boolean lagging;
  private boolean starved;
  private boolean pauseSpent;
  private Timing.@Nullable Timer pauseTimer;

  Workload(DeliveryOptions options, boolean demandDriven, Timing time, DropReporter drops) {
    this.options = options;
    this.demandDriven = demandDriven;
    this.time = time;
    this.drops = drops;
    this.lanes = new Lanes<>(options.concurrency());
  }

  // Admission: reader threads.

  /** Takes a delivery, waiting or dropping as the overflow policy says. */
  Admission admit(ManagedDelivery<P> delivery, @Nullable String dedupeId) {
    lock.lock();
    try {
      if (accepting && dedupeId != null && attach(dedupeId, delivery)) {
        return Admission.ATTACHED;
      }
      if (!demandDriven) {
        makeRoom(delivery);
      }
      if (!accepting) {
        return Admission.CLOSED;
      }
      books.received++;
      if (!demandDriven && !fits(delivery)) {
        books.dropped++;
        drops.note(delivery.receivedAt());
        return Admission.DROPPED;
      }
      books.inFlight++;
      books.inFlightBytes += delivery.size();
      if (dedupeId != null) {
        unfinished.put(dedupeId, delivery);
        delivery.dedupeId = dedupeId;
      }
      lanes.add(delivery);
      return Admission.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /** Counts a message that needs no delivery; false if the engine is closing. */
  boolean count(Entry entry) {
    lock.lock();
    try {
      if (accepting) {
        books.received++;
        books.enter(entry);
      }
      return accepting;
    } finally {
      lock.unlock();
    }
  }

  /** Whether another message would fit. If not, a later {@link #finish} reports the change. */
  boolean hasRoom() {
    lock.lock();
    try {
      boolean room = room();
      starved |= !room;
      return room;
    } finally {
      lock.unlock();
    }
  }

  /** True once for each congestion, when it has reached half of a bound. */
  boolean noticeLag() {
    lock.lock();
    try {
      boolean news = !lagging && filledTo(2);
      lagging |= news;
      return news;
    } finally {
      lock.unlock();
    }
  }

  // The source has sent again what is still being worked on: both are settled together.
  private boolean attach(String id, ManagedDelivery<P> redelivery) {
    ManagedDelivery<P> first = unfinished.get(id);
    if (first == null || first.verdict != Verdict.OPEN) {
      return false;
    }
    first.attach(redelivery.settlement);
    books.received++;
    books.deduplicated++;
    return true;
  }

  private void makeRoom(ManagedDelivery<P> delivery) {
    if (options.overflow() instanceof OverflowPolicy.Block block) {
      startPause(block.maxPause(), !fits(delivery));
      while (accepting && !fits(delivery) && !pauseSpent) {
        roomOrEnd.awaitUninterruptibly();
      }
    } else if (options.overflow() instanceof OverflowPolicy.DropOldest) {
      ManagedDelivery<P> oldest;
      while (accepting && !fits(delivery) && (oldest = lanes.removeOldest()) != null) {
        oldest.verdict = Verdict.GIVEN_UP;
        drops.note(oldest.receivedAt());
        leave(oldest, Entry.DROPPED);
      }
    }
  }

  private void startPause(Duration maxPause, boolean full) {
    if (full && maxPause.isZero()) {
      pauseSpent = true;
    } else if (full && pauseTimer == null) {
      pauseTimer = time.schedule(this::endPause, maxPause);
    }
  }

  private void endPause() {
    lock.lock();
    try {
      pauseSpent = true;
      roomOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(ManagedDelivery<P> delivery) {
    return books.inFlight == 0
        || (books.inFlight < options.maxEvents()
            && books.inFlightBytes + delivery.size() <= options.maxBytes());
  }

  private boolean room() {
    return accepting
        && books.inFlight < options.maxEvents()
        && books.inFlightBytes < options.maxBytes();
  }

  private boolean filledTo(int fraction) {
    return books.inFlight * fraction >= options.maxEvents()
        || books.inFlightBytes * fraction >= options.maxBytes();
  }

  // Work: handler threads.

  /** Reserves a worker if there is something to do for one more; the caller starts it. */
  boolean claimWorker() {
    lock.lock();
    try {
      boolean needed = workers < options.concurrency().parallelism() && lanes.canTake();
      workers += needed ? 1 : 0;
      return needed;
    } finally {
      lock.unlock();
    }
  }

  void releaseWorker() {
    lock.lock();
    try {
      workers--;
    } finally {
      lock.unlock();
    }
  }

  /** The next delivery to run; null ends the calling worker. */
  @Nullable ManagedDelivery<P> take() {
    lock.lock();
    try {
      ManagedDelivery<P> next = lanes.take();
      if (next == null) {
        workers--;
        return null;
      }
      next.running = true;
      next.holdsSlot = true;
      next.deferred = false;
      next.runs++;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Puts a delivery that failed up for another run. */
  void resume(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      if (!delivery.released && !abandoned) {
        lanes.resume(delivery);
      }
    } finally {
      lock.unlock();
    }
  }

  void countRetry() {
    lock.lock();
    try {
      books.retried++;
    } finally {
      lock.unlock();
    }
  }

  void defer(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      delivery.deferred = true;
    } finally {
      lock.unlock();
    }
  }

  void markFailed(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      delivery.failed = true;
    } finally {
      lock.unlock();
    }
  }

  boolean isDeferred(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      return delivery.deferred;
    } finally {
      lock.unlock();
    }
  }

  int runsOf(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      return delivery.runs;
    } finally {
      lock.unlock();
    }
  }

  Settlement settlementOf(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      return delivery.settlement;
    } finally {
      lock.unlock();
    }
  }

  Verdict verdictOf(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      return delivery.verdict;
    } finally {
      lock.unlock();
    }
  }

  /** Replaces a delivery's deadline timer, unless it has been settled. */
  void arm(ManagedDelivery<P> delivery, Runnable task, Duration delay) {
    lock.lock();
    try {
      if (delivery.verdict == Verdict.OPEN) {
        if (delivery.deadlineTimer != null) {
          delivery.deadlineTimer.cancel();
        }
        delivery.deadlineTimer = time.schedule(task, delay);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Marks a delivery as settled, or not to be settled; false if that has been done before. */
  boolean decide(ManagedDelivery<P> delivery, Verdict verdict) {
    lock.lock();
    try {
      if (abandoned && delivery.verdict == Verdict.OPEN) {
        delivery.verdict = Verdict.GIVEN_UP;
      }
      if (delivery.verdict != Verdict.OPEN) {
        return false;
      }
      delivery.verdict = verdict;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a settled delivery out, unless its handler still runs: it leaves when that returns, so
   * that an early acknowledgement does not let the next event start beside it.
   */
  Exit finish(ManagedDelivery<P> delivery, Entry entry) {
    lock.lock();
    try {
      delivery.entry = entry;
      return delivery.running ? Exit.STAYED : leave(delivery, entry);
    } finally {
      lock.unlock();
    }
  }

  /** The handler has returned; the delivery leaves if it was settled meanwhile. */
  Exit returned(ManagedDelivery<P> delivery, boolean threw) {
    lock.lock();
    try {
      delivery.running = false;
      if (delivery.entry == null) {
        return Exit.STAYED;
      }
      delivery.failed |= threw;
      return leave(delivery, delivery.entry);
    } finally {
      lock.unlock();
    }
  }

  private Exit leave(ManagedDelivery<P> delivery, Entry entry) {
    if (delivery.released || abandoned) {
      return Exit.STAYED;
    }
    delivery.released = true;
    books.inFlight--;
    books.inFlightBytes -= delivery.size();
    books.enter(entry);
    books.failed += (entry == Entry.DELIVERED && delivery.failed) ? 1 : 0;
    if (delivery.dedupeId != null) {
      unfinished.remove(delivery.dedupeId, delivery);
    }
    if (delivery.holdsSlot) {
      lanes.release(delivery);
    }
    if (!filledTo(2)) {
      endCongestion();
    }
    roomOrEnd.signal();
    if (starved && room()) {
      starved = false;
      return Exit.LEFT_ROOM_AGAIN;
    }
    return Exit.LEFT;
  }

  private void endCongestion() {
    lagging = false;
    pauseSpent = false;
    if (pauseTimer != null) {
      pauseTimer.cancel();
      pauseTimer = null;
    }
  }

  // The end.

  /** Takes nothing more; true if nothing is left to do. */
  boolean stopAccepting() {
    lock.lock();
    try {
      accepting = false;
      roomOrEnd.signalAll();
      return books.inFlight == 0;
    } finally {
      lock.unlock();
    }
  }

  boolean isDrained() {
    lock.lock();
    try {
      return !accepting && books.inFlight == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Gives up what is in flight. */
  void abandon() {
    lock.lock();
    try {
      accepting = false;
      abandoned = true;
      lanes.clear();
      unfinished.clear();
      books.dropped += books.inFlight;
      books.inFlight = 0;
      books.inFlightBytes = 0;
      roomOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  SubscriptionStats stats() {
    lock.lock();
    try {
      return books.snapshot();
    } finally {
      lock.unlock();
    }
  }
}
