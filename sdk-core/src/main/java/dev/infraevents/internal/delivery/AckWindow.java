package dev.infraevents.internal.delivery;

import dev.infraevents.internal.Nanos;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much of its time a delivery has used: a warning is due at half of what was left when it began
 * and another at the deadline, each once. A deadline that has moved later begins anew. Thread-safe.
 */
final class AckWindow {

  /** What is to be said. */
  enum Warning {
    NONE,
    HALF,
    PASSED
  }

  private Instant deadline; // guarded by this, as all but late
  private @Nullable Instant next;
  private boolean warned;
  private volatile boolean late;

  AckWindow(Instant now, Instant deadline) {
    this.deadline = deadline;
    this.next = middle(now, deadline);
  }

  /**
   * Looks at the clock.
   *
   * @param newest the deadline as it is now
   * @return what is to be said, and has not been
   */
  synchronized Warning look(Instant now, Instant newest) {
    if (next != null && now.isBefore(next)) {
      return Warning.NONE;
    }
    boolean extended = newest.isAfter(deadline);
    deadline = newest;
    if (extended && now.isBefore(newest)) {
      next = middle(now, newest);
      warned = false;
      late = false;
      return Warning.NONE;
    }
    if (!warned) {
      next = newest;
      warned = true;
      return Warning.HALF;
    }
    next = null;
    return end() ? Warning.PASSED : Warning.NONE;
  }

  /** The deadline has passed; true if that was not known. */
  synchronized boolean end() {
    boolean news = !late;
    late = true;
    return news;
  }

  /** When to look again; null if nothing is left to be said. */
  synchronized @Nullable Instant next() {
    return next;
  }

  boolean isLate() {
    return late;
  }

  private static Instant middle(Instant from, Instant to) {
    return from.plusNanos(Nanos.of(Duration.between(from, to)) / 2);
  }
}
