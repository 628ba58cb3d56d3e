package dev.infraevents.internal.delivery;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.internal.Timing;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How full the buffer is, and who has to hear of it. Not thread-safe: guarded by the workload's
 * lock.
 */
final class Congestion {

  private final int maxEvents;
  private final long maxBytes;
  private final Books books;
  private final Timing time;

  private boolean lagging;
  private int waiting;
  private boolean pauseSpent;
  private int pauses;
  private Timing.@Nullable Timer pauseTimer;
  private int refusals;

  Congestion(DeliveryOptions options, Books books, Timing time) {
    this.maxEvents = options.maxEvents();
    this.maxBytes = options.maxBytes();
    this.books = books;
    this.time = time;
  }

  /** Whether an event of this size may come in. One that is alone always may. */
  boolean fits(int size) {
    return books.inFlight == 0
        || (books.inFlight < maxEvents && books.inFlightBytes + size <= maxBytes);
  }

  /** Whether it could come in if all that wait and are not in progress were dropped. */
  boolean couldFit(int size, int inProgress, long inProgressBytes) {
    return inProgress == 0 || (inProgress < maxEvents && inProgressBytes + size <= maxBytes);
  }

  boolean hasRoom() {
    return books.inFlight < maxEvents && books.inFlightBytes < maxBytes;
  }

  boolean hasSpare(int size) {
    return books.inFlight == 0
        || ((books.inFlight + 1) * 2 <= maxEvents && (books.inFlightBytes + size) * 2 <= maxBytes);
  }

  /** True once for each congestion, when more than one event fill the buffer to half. */
  boolean noticeLag() {
    boolean news = !lagging && books.inFlight > 1 && filledTo(2);
    lagging |= news;
    return news;
  }

  /** A reader waits, and begins to spend the pause of this congestion if none has before. */
  void beginWait(Duration budget, IntConsumer whenSpent) {
    waiting++;
    if (budget.isZero()) {
      pauseSpent = true;
    } else if (pauseTimer == null) {
      int pause = ++pauses;
      pauseTimer = time.schedule(() -> whenSpent.accept(pause), budget);
    }
  }

  /** Ends a pause, unless it belongs to a congestion that is over. */
  void spendPause(int pause) {
    pauseSpent |= pause == pauses && pauseTimer != null;
  }

  void endWait() {
    waiting--;
  }

  boolean isPauseSpent() {
    return pauseSpent;
  }

  /** Something has left. */
  void eased() {
    if (filledTo(2)) {
      return;
    }
    if (waiting == 0) { // else a reader that finds no room even now would stand still for longer
      pauseSpent = false;
      if (pauseTimer != null) {
        pauseTimer.cancel();
        pauseTimer = null;
      }
    }
    // Not before a quarter: a buffer that stays about half full would say so with every event.
    lagging = lagging && filledTo(4);
  }

  /** A demand-driven transport has been told that there is no room. */
  void refused() {
    refusals++;
  }

  /** How many refusals to take back now: all of them once there is room. */
  int takeRefusals() {
    if (refusals == 0 || !hasRoom()) {
      return 0;
    }
    int all = refusals;
    refusals = 0;
    return all;
  }

  private boolean filledTo(int fraction) {
    return books.inFlight * fraction >= maxEvents || books.inFlightBytes * fraction >= maxBytes;
  }
}
