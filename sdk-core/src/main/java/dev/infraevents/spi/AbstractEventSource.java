package dev.infraevents.spi;

import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventHandler;
import dev.infraevents.EventSource;
import dev.infraevents.SourceStatus;
import dev.infraevents.Subscription;
import dev.infraevents.TokenProvider;
import dev.infraevents.internal.ManagedSubscription;
import dev.infraevents.internal.StatusSummary;
import dev.infraevents.internal.delivery.EngineProfile;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The base of every source: it supplies transports, this does the rest. Thread-safe.
 *
 * @param <P> the class all its payloads share
 */
public abstract class AbstractEventSource<P> implements EventSource<P> {

  private final URI source;
  private final Set<Capability> capabilities;
  private final ConnectionOptions connection;
  private final @Nullable TokenProvider tokens;
  private final @Nullable TimeSource time;
  private final List<ManagedSubscription<P>> open = new CopyOnWriteArrayList<>();
  private boolean closed; // guarded by this

  /**
   * Makes a source.
   *
   * @param source its address, without user info
   * @param capabilities what it can do
   * @param connection how to connect
   * @param tokens where tokens come from, or null if it needs none
   * @param time the time, or null for the system's
   */
  protected AbstractEventSource(
      URI source,
      Set<Capability> capabilities,
      ConnectionOptions connection,
      @Nullable TokenProvider tokens,
      @Nullable TimeSource time) {
    this.source = source;
    this.capabilities = Set.copyOf(capabilities);
    this.connection = connection;
    this.tokens = tokens;
    this.time = time;
  }

  /**
   * Makes the transport of one subscription, which closes it.
   *
   * @return a new transport
   */
  protected abstract Transport<P> newTransport();

  /**
   * Starts a subscription; a source that bounds how many run at a time starts it when there is
   * room.
   *
   * @param subscription not started yet
   * @param start opens its first connection; has no effect once it is closed
   */
  protected void start(Subscription subscription, Runnable start) {
    start.run();
  }

  /**
   * The address of the source.
   *
   * @return without user info
   */
  public final URI source() {
    return source;
  }

  @Override
  public final Subscription subscribe(EventHandler<? super P> handler, DeliveryOptions options) {
    Objects.requireNonNull(handler, "handler");
    Objects.requireNonNull(options, "options");
    failIfClosed();
    Transport<P> transport = newTransport();
    var profile = new EngineProfile(source, capabilities, transport.demandDriven());
    var subscription =
        new ManagedSubscription<P>(profile, connection, tokens, transport, handler, options, time);
    boolean late;
    synchronized (this) {
      late = closed;
      if (!late) {
        open.add(subscription);
      }
    }
    if (late) {
      subscription.close(Duration.ZERO);
      failIfClosed();
    }
    subscription.completion().whenComplete((done, error) -> open.remove(subscription));
    start(subscription, subscription::start);
    return subscription;
  }

  private synchronized void failIfClosed() {
    if (closed) {
      throw new IllegalStateException("the source is closed: build another");
    }
  }

  @Override
  public final SourceStatus status() {
    return StatusSummary.worstOf(open.stream().map(Subscription::status).toList());
  }

  @Override
  public final Set<Capability> capabilities() {
    return capabilities;
  }

  @Override
  public final void close() {
    synchronized (this) {
      closed = true;
    }
    open.forEach(Subscription::close);
  }
}
