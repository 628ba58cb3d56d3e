package dev.infraevents.pubsub;

import dev.infraevents.Capability;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.SourceException;
import dev.infraevents.TransportException;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.SharedTimers;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

  private final PullSettings settings;
  private final PullDecoder<P> decoder;
  private final URI source;
  private final PubSubChannels channels;
  private final PubSubErrors errors;
  private final TimeSource time;
  private final Set<PullConnection<P>> clients = ConcurrentHashMap.newKeySet();
  private volatile boolean streamed;
  private volatile boolean closed;

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
    checkRoom(context.options());
    errors.renewCredentials();
    var connection = new PullConnection<>(this, context);
    clients.add(connection);
    connection.start();
    return connection;
  }

  // Each stream may bring as much as the bounds allow, so what earlier ones have brought must not
  // add up.
  private void checkRoom(DeliveryOptions options) {
    int events = clients.stream().mapToInt(PullConnection::heldEvents).sum();
    long bytes = clients.stream().mapToLong(PullConnection::heldBytes).sum();
    if (events >= options.maxEvents() || bytes >= options.maxBytes()) {
      throw new TransportException(
          "handlers still have %d events that earlier streams of %s have brought; no more are asked"
                  .formatted(events, settings.subscription())
              + " for before some are done",
          null);
    }
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
    closed = true;
    clients.forEach(PullConnection::abandon);
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

  boolean isClosed() {
    return closed;
  }

  void ended(PullConnection<P> connection) {
    clients.remove(connection);
  }
}
