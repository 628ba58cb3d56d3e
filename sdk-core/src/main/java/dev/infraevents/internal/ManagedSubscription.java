package dev.infraevents.internal;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceStatus;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.TokenProvider;
import dev.infraevents.internal.connection.ConnectionSupervisor;
import dev.infraevents.internal.delivery.DeliveryEngine;
import dev.infraevents.internal.delivery.EngineProfile;
import dev.infraevents.internal.delivery.SignalQueue;
import dev.infraevents.spi.SharedTimers;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A running subscription: a supervisor that keeps it connected, an engine that delivers, a queue of
 * signals, and the threads of all three.
 *
 * @param <P> the payload class
 */
public final class ManagedSubscription<P> implements Subscription {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  /** How long the end waits for a signal listener that does not return. */
  private static final Duration LAST_SIGNALS = Duration.ofSeconds(5);

  /** How long the end waits for what the server has to say to the last acknowledgements. */
  private static final Duration LAST_RECEIPTS = Duration.ofSeconds(5);

  /** Stands for "for ever" without overflowing. */
  private static final Duration LONGEST_DRAIN = Duration.ofDays(36_500);

  private final URI source;
  private final DeliveryOptions options;
  private final Transport<P> transport;
  private final boolean ownTimers;
  private final Timing time;
  private final ExecutorService connector;
  private final @Nullable ExecutorService ownHandlers;
  private final SignalQueue signals;
  private final DeliveryEngine<P> engine;
  private final ConnectionSupervisor<P> supervisor;
  private final CompletableFuture<Void> completion = new CompletableFuture<>();
  private final AtomicBoolean disconnected = new AtomicBoolean();
  private final AtomicBoolean released = new AtomicBoolean();

  private boolean ending; // guarded by this
  private boolean hasty; // guarded by this: there is no time to wait for the server
  private boolean drained; // guarded by this
  private @Nullable SourceException cause; // guarded by this

  /**
   * Makes a subscription that does nothing yet.
   *
   * @param profile what the source is and can do
   * @param connection how to connect
   * @param tokens where tokens come from, or null
   * @param transport opens connections; closed with the subscription
   * @param handler receives the events
   * @param options how it is treated
   * @param timeSource the time, or null for the system's
   */
  public ManagedSubscription(
      EngineProfile profile,
      ConnectionOptions connection,
      @Nullable TokenProvider tokens,
      Transport<P> transport,
      EventHandler<? super P> handler,
      DeliveryOptions options,
      @Nullable TimeSource timeSource) {
    this.source = profile.source();
    this.options = options;
    this.transport = transport;
    this.ownTimers = timeSource == null;
    this.time =
        new Timing(timeSource == null ? TimeSource.system(SharedTimers.acquire()) : timeSource);
    String name = "infra-events-" + source.getHost();
    this.connector = HandlerThreads.platform(name + "-connect");
    this.ownHandlers = options.executor() != null ? null : ownHandlers(options, name);
    Executor handlers = handlerExecutor(options, ownHandlers);
    this.signals = new SignalQueue(handlers, handler::onSignal);
    this.engine =
        new DeliveryEngine<>(
            profile, handler, options, time, handlers, signals::send, this::fail, this::drained);
    this.supervisor =
        new ConnectionSupervisor<>(
            source,
            connection,
            tokens,
            transport,
            engine,
            time,
            connector,
            ThreadLocalRandom.current()::nextDouble,
            signals::send,
            this::ended);
  }

  private static ExecutorService ownHandlers(DeliveryOptions options, String name) {
    return options.virtualThreads()
        ? HandlerThreads.virtual(name + "-handler")
        : HandlerThreads.platform(name + "-handler");
  }

  private static Executor handlerExecutor(
      DeliveryOptions options, @Nullable ExecutorService ownHandlers) {
    Executor given = options.executor();
    if (given != null) {
      return given;
    }
    if (ownHandlers == null) {
      throw new IllegalStateException("no executor");
    }
    return ownHandlers;
  }

  /** Opens the first connection. */
  public void start() {
    supervisor.start();
  }

  @Override
  public SourceStatus status() {
    return supervisor.status();
  }

  @Override
  public SubscriptionStats stats() {
    return engine.stats();
  }

  @Override
  public boolean awaitStreaming(Duration timeout) throws InterruptedException {
    return supervisor.awaitStreaming(timeout);
  }

  @Override
  public CompletionStage<Void> completion() {
    return completion.minimalCompletionStage();
  }

  @Override
  public void close() {
    close(options.drainTimeout());
  }

  @Override
  public void close(Duration drain) {
    Duration limit = drain.compareTo(LONGEST_DRAIN) < 0 ? drain : LONGEST_DRAIN;
    end(null, limit);
    if (!engine.isHandlerThread() && !signals.isDeliveringThread()) {
      awaitEnd(limit.plus(LAST_RECEIPTS).plus(LAST_SIGNALS).plusSeconds(1));
    }
  }

  private void ended(@Nullable SourceException error) {
    // A source that has run out of events has no reason to hurry: every one of them is handled.
    end(error, error == null ? ChronoUnit.FOREVER.getDuration() : options.drainTimeout());
  }

  private void fail(SourceException error) {
    end(error, Duration.ZERO);
  }

  private void end(@Nullable SourceException error, Duration drain) {
    synchronized (this) {
      if (!ending) {
        cause = error;
      }
      ending = true;
      hasty |= drain.isZero();
    }
    if (!completion.isDone()) {
      supervisor.stopReceiving();
      engine.startDrain(drain); // a second close may shorten the first
      if (isHasty()) {
        disconnect();
      }
    }
  }

  private synchronized boolean isHasty() {
    return drained && hasty;
  }

  private void drained() {
    synchronized (this) {
      drained = true;
    }
    if (isHasty()) {
      disconnect();
      return;
    }
    time.schedule(this::disconnect, LAST_RECEIPTS);
    supervisor.finish().whenComplete((done, error) -> disconnect());
  }

  private void disconnect() {
    if (!disconnected.compareAndSet(false, true)) {
      return;
    }
    SourceException error;
    synchronized (this) {
      error = cause;
    }
    supervisor.close(error);
    transport.close();
    time.schedule(this::release, LAST_SIGNALS);
    signals.sendLast(new SourceSignal.Closed(source, time.now(), error), this::release);
  }

  private void release() {
    if (!released.compareAndSet(false, true)) {
      return;
    }
    time.end();
    signals.discard();
    connector.shutdownNow();
    if (ownHandlers != null) {
      ownHandlers.shutdownNow(); // interrupts a handler that has outlived the drain time
    }
    if (ownTimers) {
      SharedTimers.release();
    }
    SourceException error;
    synchronized (this) {
      error = cause;
    }
    if (error == null) {
      completion.complete(null);
    } else {
      completion.completeExceptionally(error);
    }
  }

  private void awaitEnd(Duration limit) {
    try {
      completion.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      LOG.log(System.Logger.Level.DEBUG, "closed after a failure", e);
    } catch (TimeoutException e) {
      LOG.log(System.Logger.Level.WARNING, "{0}: a handler does not return; giving up", source);
      engine.abandon();
      release();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      engine.abandon();
      return;
    }
    awaitThreads();
  }

  private void awaitThreads() {
    try {
      boolean done = connector.awaitTermination(1, TimeUnit.SECONDS);
      if (ownHandlers != null) {
        done &= ownHandlers.awaitTermination(1, TimeUnit.SECONDS);
      }
      if (!done) {
        LOG.log(System.Logger.Level.WARNING, "{0}: a thread does not heed its interrupt", source);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
