package dev.infraevents.websocket.garm;

import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.TransportException;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Decides when state is listed for one connection: when its filter has been sent, once more when
 * that must be in effect, then in intervals, and for single types when an event says too little.
 * Thread-safe; ends with its connection.
 */
final class Reconciler {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");
  static final Duration SETTLING = Duration.ofSeconds(GarmReconciliation.SETTLING_SECONDS);

  /** After a failure, and twice as long after each that follows, up to the interval. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  /** How long a full buffer is left alone. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final EventsConnection connection;
  private final GarmReconciliation options;
  private final Listing listing;
  private final Executor executor;

  // All below guarded by this.
  private Instant filterSentAt = Instant.MAX;
  private long ticket; // of the newest pass that was planned: an older one is not run
  private final Set<EntityType<?>> urgent = new LinkedHashSet<>();
  private CountDownLatch waiting = new CountDownLatch(0); // for room in the buffer
  private boolean ended;
  private int failures; // in a row; one line in the log for all of them

  Reconciler(
      EventsConnection connection, GarmReconciliation options, Listing listing, Executor executor) {
    this.connection = connection;
    this.options = options;
    this.listing = listing;
    this.executor = executor;
  }

  /** A filter was sent, so other events may have been missed than so far. */
  synchronized void filterSent() {
    filterSentAt = connection.context.now();
    submit(++ticket);
  }

  /** An event did not say which entity it was about, so they are listed soon. */
  synchronized void relist(EntityType<?> type) {
    if (wanted().contains(type) && urgent.add(type) && urgent.size() == 1) {
      connection.context.schedule(() -> execute(this::relistUrgent), SETTLING);
    }
  }

  /** A job ended with its instance. */
  void ended(EntityKey job) {
    if (options.covers(Garm.JOB)) {
      listing.ended(connection, job);
    }
  }

  synchronized void end() {
    ended = true;
    waiting.countDown();
  }

  private void submit(long planned) {
    execute(() -> pass(planned));
  }

  private void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.log(System.Logger.Level.DEBUG, "closed before state could be listed", e);
    }
  }

  private void pass(long planned) {
    Instant settled;
    synchronized (this) {
      if (ended || planned != ticket) {
        return;
      }
      urgent.clear();
      settled = filterSentAt.plus(SETTLING);
    }
    boolean proven = connection.isFilterProven() || !connection.context.now().isBefore(settled);
    Duration retry = retry();
    boolean done = list(wanted(), retry);
    Duration next = Duration.between(connection.context.now(), settled);
    if (!done) {
      next = retry;
    } else if (proven) {
      next = options.interval();
    } else if (next.isNegative()) {
      next = Duration.ZERO;
    }
    if (isNewest(planned)) {
      connection.context.schedule(() -> submit(planned), next);
    }
  }

  private synchronized Duration retry() {
    Duration doubled = RETRY.multipliedBy(1L << Math.min(failures, 20));
    return options.interval().compareTo(doubled) < 0 ? options.interval() : doubled;
  }

  private void relistUrgent() {
    List<EntityType<?>> types;
    synchronized (this) {
      types = List.copyOf(urgent);
      urgent.clear();
    }
    if (!types.isEmpty() && !list(types, RETRY)) {
      synchronized (this) {
        urgent.addAll(types);
      }
      connection.context.schedule(() -> execute(this::relistUrgent), RETRY);
    }
  }

  private List<EntityType<?>> wanted() {
    return listing.wanted().stream().filter(options::covers).toList();
  }

  private boolean list(List<EntityType<?>> types, Duration retry) {
    Listing.Tally tally = new Listing.Tally();
    @Nullable SourceException failure = null;
    for (EntityType<?> type : types) {
      try {
        if (!isEnded()) {
          listing.reconcile(connection, type, tally, this::awaitRoom);
        }
      } catch (SourceException e) {
        failure = failure == null ? e : failure; // the other types are not to suffer
      } catch (RuntimeException | Error e) {
        LOG.log(System.Logger.Level.ERROR, "listing broke; please report this", e);
        failure = failure == null ? broken(type, e) : failure;
      }
    }
    if (isEnded()) {
      return false;
    }
    tell(tally, failure, retry);
    return failure == null;
  }

  private SourceException broken(EntityType<?> type, Throwable cause) {
    return new TransportException(
        "the listed state of type %s of %s can not be processed: %s; see the log"
            .formatted(type, connection.source, cause.getClass().getName()),
        cause);
  }

  private void tell(Listing.Tally tally, @Nullable SourceException failure, Duration retry) {
    Instant now = connection.context.now();
    if (failure == null) {
      if (failed(false) > 0) {
        LOG.log(System.Logger.Level.INFO, "{0}: state can be listed again", connection.source);
      }
      connection.context.signal(
          new SourceSignal.Reconciled(connection.source, now, tally.listed(), tally.delivered()));
      return;
    }
    if (failed(true) == 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: state can not be listed; next attempt in {1} s: {2}",
          connection.source,
          retry.toSeconds(),
          failure.getMessage());
    }
    connection.context.signal(
        new SourceSignal.ReconcileFailed(connection.source, now, failure, retry));
  }

  /** Counts; says how many had failed before. */
  private synchronized int failed(boolean again) {
    int before = failures;
    failures = again ? before + 1 : 0;
    return before;
  }

  private synchronized boolean isNewest(long planned) {
    return planned == ticket;
  }

  private synchronized boolean isEnded() {
    return ended || Thread.currentThread().isInterrupted();
  }

  /** Waits a little for the handler; false if nobody waits for the outcome any more. */
  private boolean awaitRoom() {
    var pause = new CountDownLatch(1);
    synchronized (this) {
      if (ended) {
        return false;
      }
      waiting = pause;
    }
    connection.context.schedule(pause::countDown, PAUSE);
    try {
      pause.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !isEnded();
  }
}
