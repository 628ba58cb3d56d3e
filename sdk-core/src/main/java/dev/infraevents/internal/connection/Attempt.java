package dev.infraevents.internal.connection;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.internal.Timing;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One connection attempt and, if it succeeds, its connection. Everything a transport reports goes
 * through here, so what comes after the attempt is over is dropped by identity.
 */
final class Attempt<P> implements ConnectionContext<P> {

  private final ConnectionSupervisor<P> supervisor;
  private final long epoch;

  /** The token that this attempt has to outlive, when it is to renew a connection. */
  private final @Nullable Token renews;

  /** Written by the supervisor under its lock, read by the transport's threads. */
  volatile boolean receiving = true;

  /** Monotonic time of the last sign of life; written by the transport's threads. */
  volatile long lastActivity;

  // Written by the connecting thread before anything is reported.
  volatile @Nullable Token token;
  volatile boolean loginRefused;

  // All below guarded by the supervisor's lock.
  boolean over;
  boolean streaming;
  @Nullable Connection connection;
  Timing.@Nullable Timer deadline;
  Timing.@Nullable Timer silence;
  Timing.@Nullable Timer health;
  Timing.@Nullable Timer renewal;

  Attempt(ConnectionSupervisor<P> supervisor, long epoch, @Nullable Token renews, long now) {
    this.supervisor = supervisor;
    this.epoch = epoch;
    this.renews = renews;
    this.lastActivity = now;
  }

  void cancelTimers() {
    cancel(deadline);
    cancel(silence);
    cancel(health);
    cancel(renewal);
  }

  static void cancel(Timing.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public Token token() throws SourceException {
    try {
      Token valid = supervisor.token(renews);
      token = valid;
      return valid;
    } catch (SourceException e) {
      loginRefused = !e.isRetryable();
      throw e;
    }
  }

  @Override
  public Instant now() {
    return supervisor.now();
  }

  @Override
  public void streaming(boolean resumed) {
    activity();
    supervisor.streaming(this, resumed);
  }

  @Override
  public void activity() {
    lastActivity = supervisor.nanoTime();
  }

  @Override
  public boolean message(InboundMessage<P> message) {
    activity();
    return receiving && supervisor.message(this, message);
  }

  @Override
  public boolean undecodable(Bytes raw, DecodingException cause, Settlement settlement) {
    activity();
    return receiving && supervisor.undecodable(raw, cause, settlement);
  }

  @Override
  public void onRoom(Runnable resume) {
    if (receiving) {
      supervisor.onRoom(resume);
    }
  }

  @Override
  public void failed(SourceException cause) {
    supervisor.failed(this, cause);
  }

  @Override
  public void completed() {
    supervisor.completed(this);
  }
}
