package dev.infraevents.internal.delivery;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.Books.Entry;
import dev.infraevents.internal.delivery.ManagedDelivery.Verdict;
import dev.infraevents.spi.Settlement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits and what is in progress, with its bounds and its books. All mutable state of the
 * engine and of its deliveries is written under the one lock in here; no user or transport code is
 * called under it. An event on the usual way takes it four times: admission, take, return, finish.
 */
final class Workload<P> {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomOrEnd = lock.newCondition();
  private final DeliveryOptions options;
  private final int parallelism;
  private final boolean demandDriven;
  private final boolean redelivers;
  private final Timing time;
  private final DropReporter drops;

  // All below guarded by lock.
  private final Lanes<P> lanes;
  private final Books books = new Books();
  private final Congestion congestion;
  private final Map<String, ManagedDelivery<P>> unfinished = new HashMap<>();
  private int workers;
  private boolean accepting = true;
  private boolean abandoned;

  Workload(EngineContext context, DropReporter drops) {
    this.options = context.options();
    this.parallelism = options.concurrency().parallelism();
    this.demandDriven = context.profile().demandDriven();
    this.redelivers = context.profile().redelivers();
    this.time = context.time();
    this.drops = drops;
    this.lanes = new Lanes<>(options.concurrency());
    this.congestion = new Congestion(options, books, time);
  }

  // Admission: reader threads.

  /** Takes a delivery, waiting or dropping as the overflow policy says. */
  Admission admit(ManagedDelivery<P> delivery, @Nullable String dedupeId) {
    lock.lock();
    try {
      if (!accepting) {
        return Admission.CLOSED;
      }
      if (dedupeId != null && attach(dedupeId, delivery)) {
        return admission(Admission.How.ATTACHED, false, List.of());
      }
      List<Settlement> victims = List.of();
      if (!demandDriven && !congestion.fits(delivery.size())) {
        victims = makeRoom(delivery.size());
        if (!accepting) { // closed while this waited
          return Admission.CLOSED;
        }
      }
      books.received++;
      if (!demandDriven && !congestion.fits(delivery.size())) {
        books.dropped++;
        drops.note(delivery.receivedAt());
        return admission(Admission.How.DROPPED, false, List.of(delivery.settlement));
      }
      enter(delivery, dedupeId);
      return admission(Admission.How.TAKEN, claimWorker(), victims);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether half of the buffer stays free even with a message of this size. A source that can be
   * held back loses nothing without that.
   */
  boolean hasSpare(int size) {
    lock.lock();
    try {
      return !accepting || demandDriven || congestion.hasSpare(size);
    } finally {
      lock.unlock();
    }
  }

  /** Counts a message that needs no delivery. */
  Admission count(Entry entry) {
    lock.lock();
    try {
      if (!accepting) {
        return Admission.CLOSED;
      }
      books.received++;
      books.enter(entry);
      return admission(Admission.How.COUNTED, false, List.of());
    } finally {
      lock.unlock();
    }
  }

  private Admission admission(Admission.How how, boolean worker, List<Settlement> dropped) {
    boolean room = congestion.hasRoom();
    if (!room && demandDriven) {
      congestion.refused();
    }
    return new Admission(how, worker, room, congestion.noticeLag(), dropped);
  }

  private void enter(ManagedDelivery<P> delivery, @Nullable String dedupeId) {
    books.inFlight++;
    books.inFlightBytes += delivery.size();
    if (dedupeId != null) {
      unfinished.put(dedupeId, delivery);
      delivery.dedupeId = dedupeId;
    }
    lanes.add(delivery);
  }

  // The source has sent again what is still being worked on: both are settled together.
  private boolean attach(String id, ManagedDelivery<P> redelivery) {
    ManagedDelivery<P> first = unfinished.get(id);
    if (first == null || !first.attach(redelivery.settlement)) {
      return false;
    }
    books.received++;
    books.deduplicated++;
    return true;
  }

  private List<Settlement> makeRoom(int size) {
    List<Settlement> victims = new ArrayList<>(1);
    if (options.overflow() instanceof OverflowPolicy.Block block) {
      congestion.beginWait(block.maxPause(), this::endPause);
      while (accepting && !congestion.fits(size) && !congestion.isPauseSpent()) {
        roomOrEnd.awaitUninterruptibly();
      }
      congestion.endWait();
    } else if (options.overflow() instanceof OverflowPolicy.DropOldest
        && congestion.couldFit(size, lanes.inProgress().size(), lanes.inProgressBytes())) {
      ManagedDelivery<P> oldest;
      while (!congestion.fits(size) && (oldest = lanes.removeOldest()) != null) {
        oldest.verdict = Verdict.GIVEN_UP;
        drops.note(oldest.receivedAt());
        leave(oldest, Entry.DROPPED);
        victims.add(oldest.settlement);
      }
    }
    return victims;
  }

  private void endPause(int pause) {
    lock.lock();
    try {
      congestion.spendPause(pause);
      roomOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // Work: handler threads.

  // What becomes runnable reserves one worker for itself, unless all are at work: those take on
  // until nothing is left.
  private boolean claimWorker() {
    boolean needed = workers < parallelism && lanes.canTake();
    workers += needed ? 1 : 0;
    return needed;
  }

  void releaseWorker() {
    lock.lock();
    try {
      workers--;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the calling worker, unless there is more to do: then it is to be started again. */
  boolean yieldWorker() {
    lock.lock();
    try {
      boolean more = lanes.canTake();
      workers -= more ? 0 : 1;
      return more;
    } finally {
      lock.unlock();
    }
  }

  /** The next delivery to run, or null if there is none now. */
  @Nullable ManagedDelivery<P> poll() {
    lock.lock();
    try {
      return start();
    } finally {
      lock.unlock();
    }
  }

  /** The next delivery to run; null ends the calling worker. */
  @Nullable ManagedDelivery<P> take() {
    lock.lock();
    try {
      ManagedDelivery<P> next = start();
      workers -= next == null ? 1 : 0;
      return next;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ManagedDelivery<P> start() {
    ManagedDelivery<P> next = lanes.take();
    while (next != null && next.verdict != Verdict.OPEN) {
      next = lanes.take(); // settled while it waited for its next run
    }
    if (next != null) {
      next.startRun();
    }
    return next;
  }

  /** Starts nothing more; what is in progress goes on. */
  void halt() {
    lock.lock();
    try {
      lanes.halt();
    } finally {
      lock.unlock();
    }
  }

  /** Puts a delivery aside until its next run. */
  void awaitRetry(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      books.retried++;
      delivery.parked = true;
    } finally {
      lock.unlock();
    }
  }

  /** Puts a delivery that failed up for another run; true if a worker is to be started for it. */
  boolean resume(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      if (delivery.verdict != Verdict.OPEN) {
        return false;
      }
      lanes.resume(delivery);
      return claimWorker();
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

  /** Those that have been started and have not left. */
  List<ManagedDelivery<P>> inProgress() {
    lock.lock();
    try {
      return List.copyOf(lanes.inProgress());
    } finally {
      lock.unlock();
    }
  }

  // Settlement: any thread.

  /** Marks a delivery as settled, or not to be settled; false if that has been done before. */
  boolean decide(ManagedDelivery<P> delivery, Verdict verdict) {
    lock.lock();
    try {
      if (delivery.verdict != Verdict.OPEN) {
        return false;
      }
      delivery.verdict = verdict;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The handler has returned; true if that decides that the event is to be acknowledged. */
  boolean decideByReturn(ManagedDelivery<P> delivery) {
    lock.lock();
    try {
      if (delivery.verdict != Verdict.OPEN) {
        return false;
      }
      delivery.running = false;
      delivery.parked = delivery.deferred;
      if (!delivery.deferred) {
        delivery.verdict = Verdict.ACKED;
      }
      return !delivery.deferred;
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
      return delivery.running ? Exit.NOTHING : leave(delivery, entry);
    } finally {
      lock.unlock();
    }
  }

  /** The handler has returned or thrown; the delivery leaves if it was settled meanwhile. */
  Exit returned(ManagedDelivery<P> delivery, boolean threw) {
    lock.lock();
    try {
      delivery.running = false;
      delivery.threw = threw && delivery.verdict != Verdict.OPEN;
      Entry entry = delivery.entry;
      delivery.parked = entry == null;
      return entry == null ? Exit.NOTHING : leave(delivery, entry);
    } finally {
      lock.unlock();
    }
  }

  private Exit leave(ManagedDelivery<P> delivery, Entry entry) {
    if (delivery.released || abandoned) {
      return Exit.NOTHING;
    }
    delivery.released = true;
    books.inFlight--;
    books.inFlightBytes -= delivery.size();
    books.enter(entry);
    books.failed += (entry == Entry.DELIVERED && delivery.hasFailed()) ? 1 : 0;
    if (delivery.dedupeId != null) {
      unfinished.remove(delivery.dedupeId, delivery);
    }
    lanes.release(delivery);
    congestion.eased();
    roomOrEnd.signalAll();
    // Where its worker is still with it, that one takes what can start now.
    boolean worker = delivery.parked && claimWorker();
    int refusals = accepting ? congestion.takeRefusals() : 0;
    boolean drained = !accepting && books.inFlight == 0;
    return (worker || refusals > 0 || drained) ? new Exit(worker, refusals, drained) : Exit.NOTHING;
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

  /** Gives up what is in flight. */
  void abandon() {
    lock.lock();
    try {
      accepting = false;
      abandoned = true;
      if (books.inFlight > 0 && !redelivers) {
        drops.noteAbandoned(lanes.oldest(time.now()), books.inFlight);
      }
      lanes.inProgress().forEach(ManagedDelivery::giveUp);
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
