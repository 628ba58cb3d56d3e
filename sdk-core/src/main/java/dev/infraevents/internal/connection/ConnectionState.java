package dev.infraevents.internal.connection;

import dev.infraevents.SourceException;
import dev.infraevents.SourceState;
import dev.infraevents.SourceStatus;
import dev.infraevents.internal.Nanos;
import dev.infraevents.internal.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** Where the connection stands, and who waits for it. Guarded by the supervisor's lock. */
final class ConnectionState {

  private final Timing time;
  private final Condition changed;

  private SourceState state = SourceState.IDLE;
  private Instant since;
  private @Nullable Instant nextRetry;
  private @Nullable SourceException lastError;
  private @Nullable SourceException permanent;

  ConnectionState(Timing time, Condition changed) {
    this.time = time;
    this.changed = changed;
    this.since = time.now();
  }

  boolean isStreaming() {
    return state == SourceState.STREAMING;
  }

  /** Whether nothing more is received and no attempt follows. */
  boolean isEnding() {
    return state == SourceState.DRAINING || state.isFinal();
  }

  boolean isFinal() {
    return state.isFinal();
  }

  void become(SourceState next) {
    if (!state.canBecome(next)) {
      throw new IllegalStateException(state + " can not become " + next);
    }
    state = next;
    since = time.now();
    nextRetry = null;
    changed.signalAll();
  }

  void backOff(Duration wait) {
    become(SourceState.BACKING_OFF);
    nextRetry = since.plus(wait);
  }

  void close(@Nullable SourceException cause) {
    permanent = cause;
    if (cause == null) {
      become(SourceState.CLOSED);
    } else {
      lastError = cause;
      become(SourceState.FAILED);
    }
  }

  void troubled(SourceException cause) {
    lastError = cause;
  }

  void givenUp(SourceException cause) {
    permanent = cause;
  }

  SourceStatus status(int failures, long epoch) {
    return new SourceStatus(state, since, lastError, failures, nextRetry, epoch);
  }

  boolean awaitStreaming(Duration timeout) throws InterruptedException {
    long nanos = Nanos.of(timeout);
    while (state != SourceState.STREAMING) {
      if (permanent != null) {
        throw permanent;
      }
      if (isEnding() || nanos <= 0) {
        return false;
      }
      nanos = changed.awaitNanos(nanos);
    }
    return true;
  }
}
