package dev.infraevents.internal.connection;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Envelope;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.internal.Timing;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import dev.infraevents.spi.TokenCache;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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

  // Written by the transport's threads.
  volatile long lastActivity; // monotonic time of the last sign of life
  private volatile @Nullable Runnable resume;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicInteger delivering = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger(); // still to be taken back
  private final Set<Timing.Timer> tasks = ConcurrentHashMap.newKeySet();

  // Written by the thread that asks for a token.
  volatile TokenCache.@Nullable Lease lease;
  volatile boolean loginRefused;
  private volatile boolean awaitsToken;

  /** Completed without the supervisor's lock. */
  final CompletableFuture<Connection> opened = new CompletableFuture<>();

  // Written by the supervisor under its lock, read by the transport's threads.
  volatile boolean over;
  volatile boolean receiving = true;
  volatile @Nullable OverlapFilter overlap; // while another connection brings the same events

  // All below guarded by the supervisor's lock.
  boolean streaming;
  boolean silent;
  @Nullable Connection connection;
  Timing.@Nullable Timer deadline;
  Timing.@Nullable Timer silence;
  Timing.@Nullable Timer renewal;
  private @Nullable Thread opener;
  private boolean openerInterrupted;

  Attempt(ConnectionSupervisor<P> supervisor, long epoch, @Nullable Token renews, long now) {
    this.supervisor = supervisor;
    this.epoch = epoch;
    this.renews = renews;
    this.lastActivity = now;
  }

  // For the supervisor, under its lock.

  /** The calling thread opens the connection; false if nobody wants it any more. */
  boolean opening() {
    opener = over ? null : Thread.currentThread();
    return !over;
  }

  void opened(@Nullable Connection opened) {
    opener = null;
    connection = opened;
    if (openerInterrupted) {
      Thread.interrupted(); // it was meant for this attempt, not for what the thread does next
    }
  }

  /** Drops what still comes, and wakes the thread that opens the connection. */
  void end() {
    over = true;
    receiving = false;
    cancelTimers();
    tasks.forEach(Timing.Timer::cancel);
    tasks.clear();
    if (opener != null && opener != Thread.currentThread()) {
      openerInterrupted = true;
      opener.interrupt();
    }
  }

  void cancelTimers() {
    cancel(deadline);
    cancel(silence);
    cancel(renewal);
  }

  static void cancel(Timing.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  // For the supervisor, at any time.

  @Nullable Token usedToken() {
    TokenCache.Lease used = lease;
    return used == null ? null : used.token();
  }

  /** The local time of the last sign of life. */
  Instant lastHeard(Timing time) {
    return time.now().minusNanos(time.nanoTime() - lastActivity);
  }

  boolean awaitsToken() {
    return awaitsToken;
  }

  /** Whether bytes may be waiting unread because a full buffer holds up the reader. */
  boolean isHeldUp() {
    return delivering.get() > 0;
  }

  /** There is room again: whom to tell on this connection, or null if nobody waits for it. */
  @Nullable Runnable takeBackRefusal() {
    boolean refused = refusals.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    // A message on its way may have been refused already: better told without need than not.
    return refused || isHeldUp() ? resume : null;
  }

  private boolean counted(boolean room) {
    if (!room) {
      refusals.incrementAndGet();
    }
    return room;
  }

  /** What another connection brought is not repeated any more. */
  void forgets(OverlapFilter ended) {
    if (overlap == ended) {
      overlap = null;
    }
  }

  private boolean isFirst(Bytes message) {
    OverlapFilter both = overlap;
    return both == null || both.isFirst(epoch, message);
  }

  // For the transport.

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public Token token() throws SourceException {
    if (over) {
      throw new TransportException("this attempt to connect is over", null);
    }
    awaitsToken = true;
    try {
      TokenCache.Lease valid = supervisor.token(renews);
      lease = valid;
      loginRefused = false;
      return valid.token();
    } catch (SourceException e) {
      loginRefused = !e.isRetryable();
      throw e;
    } finally {
      awaitsToken = false;
    }
  }

  @Override
  public DeliveryOptions options() {
    return supervisor.deliveryOptions();
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
    if (!receiving) {
      return false;
    }
    taken.incrementAndGet();
    delivering.incrementAndGet();
    try {
      return counted(isFirst(message.raw()) ? supervisor.message(message) : supervisor.repeated());
    } finally {
      activity(); // not before, too: until here it counts as held up, and that is no silence
      delivering.decrementAndGet();
    }
  }

  @Override
  public long taken() {
    return taken.get();
  }

  @Override
  public boolean wants(Envelope envelope) {
    return supervisor.wants(envelope);
  }

  @Override
  public boolean backfill(InboundMessage<P> message) {
    return !receiving || supervisor.backfill(message);
  }

  @Override
  public boolean undecodable(Bytes raw, DecodingException cause, Settlement settlement) {
    if (!receiving) {
      return false;
    }
    taken.incrementAndGet();
    delivering.incrementAndGet();
    try {
      return counted(
          isFirst(raw) ? supervisor.undecodable(raw, cause, settlement) : supervisor.repeated());
    } finally {
      activity();
      delivering.decrementAndGet();
    }
  }

  @Override
  public void onRoom(Runnable resumeReading) {
    refusals.set(0); // they were told to a reader that is gone
    resume = resumeReading;
  }

  @Override
  public void signal(SourceSignal signal) {
    if (!over) {
      supervisor.signal(signal);
    }
  }

  @Override
  public void schedule(Runnable task, Duration delay) {
    tasks.removeIf(Timing.Timer::isSpent);
    Timing.Timer timer = supervisor.schedule(() -> runTask(task), delay);
    tasks.add(timer);
    if (over) {
      timer.cancel(); // the end may have taken it out before it could cancel it
    }
  }

  private void runTask(Runnable task) {
    if (!over) {
      task.run();
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
