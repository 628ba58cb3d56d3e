package dev.infraevents.pubsub;

import dev.infraevents.Capability;
import dev.infraevents.SourceException;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.SharedTimers;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Opens streams of one subscription of Pub/Sub, for one subscription of ours.
 *
 * @param <P> the payload class
 */
final class PullTransport<P> implements Transport<P> {

  static final Set<Capability> CAPABILITIES =
      Set.of(
          Capability.ACK,
          Capability.NACK,
          Capability.NACK_DELAY,
          Capability.EXTEND,
          Capability.RESUME);

  private static final Duration PING_INTERVAL = Duration.ofSeconds(30);

  /** How many clients may live on after their stream; with more, the oldest is ended. */
  private static final int MAX_LINGERING = 3;

  private final PullSettings settings;
  private final PullDecoder<P> decoder;
  private final URI source;
  private final PubSubChannels channels;
  private final PubSubErrors errors;
  private final TimeSource time;
  private volatile boolean streamed;

  // All below guarded by this.
  private final Set<PullConnection<P>> open = new HashSet<>();
  private final ArrayDeque<PullConnection<P>> lingering = new ArrayDeque<>();
  private boolean closed;

  PullTransport(PullSettings settings, PullDecoder<P> decoder) {
    this.settings = settings;
    this.decoder = decoder;
    this.source = settings.source();
    this.channels = new PubSubChannels(settings.server());
    this.errors = new PubSubErrors(settings.server(), settings.subscription(), settings.whenGone());
    TimeSource given = settings.server().time();
    // Last: whatever fails before this has no share of the timers to give back.
    this.time = given == null ? TimeSource.system(SharedTimers.acquire()) : given;
  }

  @Override
  public Connection open(ConnectionContext<P> context) throws SourceException {
    errors.renewCredentials();
    var connection = new PullConnection<>(this, context);
    synchronized (this) {
      open.add(connection);
    }
    connection.start();
    return connection;
  }

  @Override
  public boolean demandDriven() {
    return true;
  }

  // Google's client asks that often, whatever the options say.
  @Override
  public Duration pingInterval() {
    return PING_INTERVAL;
  }

  @Override
  public void close() {
    List<PullConnection<P>> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(open);
    }
    left.forEach(PullConnection::abandon);
    if (settings.server().time() == null) {
      SharedTimers.release();
    }
  }

  // For the connections.

  PullSettings settings() {
    return settings;
  }

  PullDecoder<P> decoder() {
    return decoder;
  }

  URI source() {
    return source;
  }

  PubSubChannels channels() {
    return channels;
  }

  /** A stream has been accepted; whether one was before: then this one goes on where it ended. */
  boolean accepted() {
    boolean before = streamed;
    streamed = true;
    errors.worked();
    return before;
  }

  PubSubErrors errors() {
    return errors;
  }

  /** Runs a task later, unless this is closed by then. */
  Future<?> schedule(Runnable task, Duration delay) {
    try {
      return time.timers().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) { // closed: everything is given up anyway
      return CompletableFuture.completedFuture(null);
    }
  }

  /** A client whose stream has ended still has messages in the hands of handlers. */
  void linger(PullConnection<P> connection) {
    PullConnection<P> excess = null;
    synchronized (this) {
      if (!open.contains(connection)) {
        return; // the last one has been settled meanwhile
      }
      lingering.add(connection);
      if (closed || lingering.size() > MAX_LINGERING) {
        excess = lingering.poll();
      }
    }
    if (excess != null) {
      excess.stop();
    }
  }

  synchronized void ended(PullConnection<P> connection) {
    open.remove(connection);
    lingering.remove(connection);
  }
}
