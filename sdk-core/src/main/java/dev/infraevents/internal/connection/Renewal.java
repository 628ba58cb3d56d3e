package dev.infraevents.internal.connection;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceException;
import dev.infraevents.internal.Timing;
import dev.infraevents.spi.TokenCache;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The change-over from a connection that dies with its token to the next: first there is a
 * successor beside the current connection, then the old one, retiring, beside the successor. All
 * methods are called under the supervisor's lock.
 */
final class Renewal<P> {

  /**
   * How long the old connection stays open beside the new one at least. The filter on the new one
   * takes effect some time after it was sent, unacknowledged; this is many times the round trip
   * that takes. When messages flow, they decide: see {@link OverlapFilter#isOver}.
   */
  private static final Duration OVERLAP = Duration.ofSeconds(5);

  /**
   * How long it stays at most if no message comes on both, as with snapshots that are made for each
   * connection. No filter takes that long.
   */
  private static final Duration LONGEST_OVERLAP = Duration.ofSeconds(60);

  /**
   * How long what the old connection was quicker to bring is remembered afterwards. Not for ever: a
   * server may say the same thing again, and mean it.
   */
  private static final Duration RESIDUE = Duration.ofSeconds(60);

  private final ConnectionSupervisor<P> supervisor;
  private final ConnectionOptions options;
  private final Timing time;
  private final RetryPolicy retries;
  private final ConnectionState state;
  private final Announcer announcer;

  private @Nullable Attempt<P> successor;
  private @Nullable Attempt<P> retiring;
  private @Nullable OverlapFilter overlap;
  private Timing.@Nullable Timer overlapTimer;
  private long changedOver;
  private Instant changedOverAt = Instant.EPOCH;
  private int failures;

  Renewal(
      ConnectionSupervisor<P> supervisor,
      ConnectionOptions options,
      Timing time,
      RetryPolicy retries,
      ConnectionState state,
      Announcer announcer) {
    this.supervisor = supervisor;
    this.options = options;
    this.time = time;
    this.retries = retries;
    this.state = state;
    this.announcer = announcer;
  }

  @Nullable Attempt<P> successor() {
    return successor;
  }

  @Nullable Attempt<P> retiring() {
    return retiring;
  }

  // GARM closes a connection in the second its token expires: the next one must be open by then.
  void schedule(Attempt<P> attempt) {
    TokenCache.Lease lease = attempt.lease;
    if (lease == null || lease.renewAt() == null) {
      return;
    }
    Duration wait = Duration.between(time.now(), lease.renewAt());
    if (wait.isNegative() || wait.isZero()) {
      // Late already: the login is out of reach, or the clocks disagree. Not again and again.
      wait = options.backoff().max();
    }
    attempt.renewal =
        time.schedule(() -> supervisor.change(effects -> begin(attempt, effects)), wait);
  }

  // From here on events may come twice.
  private void begin(Attempt<P> current, Effects effects) {
    if (!supervisor.isCurrent(current) || successor != null || !state.isStreaming()) {
      return;
    }
    endRetiring(effects);
    Attempt<P> next = supervisor.launch(current.usedToken(), effects);
    overlap = new OverlapFilter(next.epoch());
    current.overlap = overlap;
    next.overlap = overlap;
    successor = next;
  }

  /** The successor failed; the current connection goes on. */
  void failed(Attempt<P> current, SourceException cause, Effects effects) {
    Attempt<P> failed = successor;
    if (failed != null) {
      retries.refuseToken(failed, cause);
    }
    successor = null;
    forgetOverlap(current);
    state.troubled(cause);
    Duration wait = retries.delay(++failures, cause);
    current.renewal = time.schedule(() -> supervisor.change(later -> begin(current, later)), wait);
    announcer.notRenewed(cause, wait, effects);
  }

  /** The current connection was lost: the successor, if there is one, takes its place. */
  @Nullable Attempt<P> promote(Effects effects) {
    endRetiring(effects);
    Attempt<P> next = successor;
    successor = null;
    if (next != null) {
      forgetOverlap(next); // it has not begun to bring anything
    }
    return next;
  }

  /** The successor streams; the old connection stays for a while. */
  void changeOver(Attempt<P> old, Attempt<P> next, Effects effects) {
    successor = null;
    retiring = old;
    changedOver = time.nanoTime();
    changedOverAt = time.now();
    failures = 0;
    if (overlap != null) {
      overlap.changeOver();
    }
    awaitEnd(old, next);
    announcer.connected(next.epoch(), true, effects);
  }

  private void awaitEnd(Attempt<P> old, Attempt<P> next) {
    overlapTimer =
        time.schedule(() -> supervisor.change(effects -> retire(old, next, effects)), OVERLAP);
  }

  private void retire(Attempt<P> old, Attempt<P> next, Effects effects) {
    if (old != retiring || state.isEnding()) {
      return;
    }
    boolean longEnough = time.nanoTime() - changedOver >= LONGEST_OVERLAP.toNanos();
    if (isProven(old) && (overlap == null || overlap.isOver() || longEnough)) {
      endRetiring(effects);
    } else {
      awaitEnd(old, next); // until it shows life or is known to be dead, and nothing is missing
    }
  }

  // A connection that is silent since the change-over may have been dead before it.
  private boolean isProven(Attempt<P> old) {
    return old.lastActivity - changedOver >= 0;
  }

  /** The old connection ended by itself. */
  void retired(Attempt<P> old, Effects effects) {
    if (old.silent && !isProven(old)) {
      announcer.gap(
          old.lastHeard(time),
          changedOverAt,
          "the connection was dead before it was renewed",
          effects);
    }
    endOverlap(supervisor.current());
  }

  private void endRetiring(Effects effects) {
    if (retiring != null) {
      supervisor.end(retiring, effects);
      endOverlap(supervisor.current());
    }
  }

  private void endOverlap(@Nullable Attempt<P> survivor) {
    retiring = null;
    cancelTimer();
    OverlapFilter ended = overlap;
    if (ended != null && survivor != null) {
      ended.end(survivor.epoch());
      time.schedule(() -> survivor.forgets(ended), RESIDUE);
    }
    overlap = null;
  }

  private void forgetOverlap(Attempt<P> survivor) {
    OverlapFilter ended = overlap;
    endOverlap(survivor);
    if (ended != null) {
      survivor.forgets(ended);
    }
  }

  void cancelTimer() {
    Attempt.cancel(overlapTimer);
    overlapTimer = null;
  }

  void clear() {
    cancelTimer();
    successor = null;
    retiring = null;
  }
}
