package dev.infraevents.internal.delivery;

import dev.infraevents.SourceSignal;
import dev.infraevents.internal.Timing;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns drops into gap signals: the first at once, those that follow within a second together, so
 * that an overload does not become a flood of signals. Every drop is in exactly one signal.
 */
final class DropReporter {

  private static final Duration GATHER = Duration.ofSeconds(1);

  private final URI source;
  private final Timing time;
  private final Consumer<SourceSignal> signals;

  private @Nullable Instant from; // guarded by this, like all below
  private Instant to = Instant.EPOCH;
  private long dropped;
  private boolean gathering;

  DropReporter(URI source, Timing time, Consumer<SourceSignal> signals) {
    this.source = source;
    this.time = time;
    this.signals = signals;
  }

  /** Notes a drop; {@link #report} tells of it, once no lock is held. */
  synchronized void note(Instant receivedAt) {
    from = from == null || receivedAt.isBefore(from) ? receivedAt : from;
    to = time.now();
    dropped++;
  }

  /** Signals what has been noted, now or within a second. */
  void report() {
    synchronized (this) {
      if (gathering || from == null) {
        return;
      }
      gathering = true;
    }
    time.schedule(this::gathered, GATHER);
    flush();
  }

  private void gathered() {
    synchronized (this) {
      gathering = false;
    }
    report();
  }

  /** Signals at once what has not been signalled. */
  void flush() {
    SourceSignal gap;
    synchronized (this) {
      if (from == null) {
        return;
      }
      gap =
          new SourceSignal.GapPossible(
              source, time.now(), from, to, "the handler is too slow: buffer full", dropped);
      from = null;
      dropped = 0;
    }
    signals.accept(gap);
  }
}
