package dev.infraevents.internal.delivery;

import dev.infraevents.SourceSignal;
import dev.infraevents.internal.Timing;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

  /** Held while signals are sent, so that whoever flushes last has sent all there are. */
  private final Object sending = new Object();

  private @Nullable Instant from; // guarded by this, like all below
  private Instant to = Instant.EPOCH;
  private long dropped;
  private boolean gathering;
  private @Nullable SourceSignal abandoned;

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

  /** Notes events that were taken and are given up at the end, where they do not come back. */
  synchronized void noteAbandoned(Instant oldest, long count) {
    Instant now = time.now();
    abandoned =
        new SourceSignal.GapPossible(
            source, now, oldest, now, "closed before these events were handled", count);
  }

  /** Signals at once what has not been signalled. */
  void flush() {
    synchronized (sending) {
      takeNoted().forEach(signals);
    }
  }

  private synchronized List<SourceSignal> takeNoted() {
    List<SourceSignal> noted = new ArrayList<>(2);
    if (from != null) {
      String reason = "the handler is too slow: buffer full";
      noted.add(new SourceSignal.GapPossible(source, time.now(), from, to, reason, dropped));
    }
    if (abandoned != null) {
      noted.add(abandoned);
    }
    from = null;
    dropped = 0;
    abandoned = null;
    return noted;
  }
}
