package dev.infraevents.internal.connection;

import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Envelope;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.SourceStatus;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.DeliveryEngine;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import dev.infraevents.spi.TokenCache;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one subscription connected. One {@link Attempt} is current; while a connection that dies
 * with its token is being renewed there is a successor before, and a retiring one after the
 * change-over.
 *
 * <p>One lock guards all state. Signals, transports and the engine are called outside it, by way of
 * {@link Effects}. {@link ConnectionState}, {@link RetryPolicy} and {@link Renewal} hold the state
 * under that lock.
 *
 * @param <P> the payload class
 */
public final class ConnectionSupervisor<P> {

  private final ConnectionOptions options;
  private final DeliveryEngine<P> engine;
  private final Timing time;
  private final Consumer<@Nullable SourceException> ended;
  private final Watchdog<P> watchdog;
  private final boolean renewable;
  private final Announcer announcer;
  private final Opener<P> opener;
  private final @Nullable TokenCache tokens;
  private final Outbox outbox = new Outbox();
  private final ReentrantLock lock = new ReentrantLock();

  // All below guarded by lock.
  private final ConnectionState state;
  private final RetryPolicy retries;
  private final Renewal<P> renewal;
  private @Nullable Attempt<P> current;
  private long epochs;
  private Timing.@Nullable Timer retry;
  private Timing.@Nullable Timer health;
  private @Nullable Instant intactUntil; // null while nothing has been lost

  /**
   * Makes a supervisor that is idle.
   *
   * @param source the source's address
   * @param options how to connect
   * @param provider where tokens come from, or null if the source needs none
   * @param transport opens connections
   * @param engine takes what they bring
   * @param time the subscription's time
   * @param connector runs attempts, which may block
   * @param random spreads the waits; from 0 to 1
   * @param signals where signals go
   * @param ended told when no further attempt will be made: with the error, or null if the source
   *     has no more events
   */
  public ConnectionSupervisor(
      URI source,
      ConnectionOptions options,
      @Nullable TokenProvider provider,
      Transport<P> transport,
      DeliveryEngine<P> engine,
      Timing time,
      Executor connector,
      DoubleSupplier random,
      Consumer<SourceSignal> signals,
      Consumer<@Nullable SourceException> ended) {
    this.options = options;
    this.engine = engine;
    this.time = time;
    this.ended = ended;
    this.watchdog = new Watchdog<>(this, source, options, transport, time);
    this.renewable = transport.boundToToken();
    this.announcer = new Announcer(source, time, signals);
    this.opener = new Opener<>(this, source, transport, connector);
    this.tokens =
        provider == null
            ? null
            : new TokenCache(
                provider,
                options.renewBefore(),
                time::now,
                token -> change(effects -> announcer.refreshed(token, effects)));
    this.state = new ConnectionState(time, lock.newCondition());
    this.retries = new RetryPolicy(options, tokens, random);
    this.renewal = new Renewal<>(this, options, time, retries, state, announcer);
    engine.onRoom(this::resume);
  }

  // From the subscription.

  /** Opens the first connection. */
  public void start() {
    change(this::connect);
  }

  /** Takes no more messages; what has been taken can still be settled. No attempt follows. */
  public void stopReceiving() {
    change(this::drain);
  }

  /**
   * Lets the connections say what they still have to say.
   *
   * @return completes when they have
   */
  public CompletionStage<Void> finish() {
    List<Attempt<P>> open = new ArrayList<>(3);
    change(effects -> attempts().stream().filter(attempt -> attempt.streaming).forEach(open::add));
    return CompletableFuture.allOf(
        open.stream()
            .map(attempt -> attempt.opened.thenCompose(Connection::finish))
            .toArray(CompletableFuture<?>[]::new));
  }

  /**
   * Closes the connections. Idempotent.
   *
   * @param cause why, or null if as asked
   */
  public void close(@Nullable SourceException cause) {
    change(
        effects -> {
          if (!state.isFinal()) {
            drain(effects);
            attempts().forEach(attempt -> end(attempt, effects));
            current = null;
            renewal.clear();
            state.close(cause);
          }
        });
  }

  /**
   * How the connection is doing.
   *
   * @return the status now
   */
  public SourceStatus status() {
    lock.lock();
    try {
      return state.status(retries.failures(), epochs);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until it is streaming.
   *
   * @param timeout how long
   * @return whether it is
   * @throws InterruptedException if interrupted
   */
  public boolean awaitStreaming(Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      return state.awaitStreaming(timeout);
    } finally {
      lock.unlock();
    }
  }

  // From attempts.

  Instant now() {
    return time.now();
  }

  long nanoTime() {
    return time.nanoTime();
  }

  TokenCache.Lease token(@Nullable Token renews) {
    if (tokens == null) {
      throw new ConfigurationException("no credentials are configured", null);
    }
    return renews == null ? tokens.get() : tokens.newerThan(renews);
  }

  boolean message(InboundMessage<P> message) {
    return engine.offer(message);
  }

  void signal(SourceSignal signal) {
    change(effects -> announcer.signal(signal, effects));
  }

  Timing.Timer schedule(Runnable task, Duration delay) {
    return time.schedule(task, delay);
  }

  DeliveryOptions deliveryOptions() {
    return engine.options();
  }

  boolean wants(Envelope envelope) {
    return engine.wants(envelope);
  }

  boolean backfill(InboundMessage<P> message) {
    return engine.backfill(message);
  }

  boolean undecodable(Bytes raw, DecodingException cause, Settlement settlement) {
    return engine.undecodable(raw, cause, settlement);
  }

  boolean repeated() {
    return engine.repeated();
  }

  void streaming(Attempt<P> attempt, boolean resumed) {
    change(
        effects -> {
          if (attempt.over || attempt.streaming || !attempt.receiving) {
            return;
          }
          attempt.streaming = true;
          retries.streaming();
          Attempt<P> old = current;
          if (attempt == renewal.successor() && old != null) {
            current = attempt;
            renewal.changeOver(old, attempt, effects);
          } else {
            established(attempt, resumed, effects);
          }
          watchdog.watchSilence(attempt);
          if (renewable) {
            renewal.schedule(attempt);
          }
        });
  }

  void failed(Attempt<P> attempt, SourceException cause) {
    change(effects -> fail(attempt, cause, effects));
  }

  void completed(Attempt<P> attempt) {
    change(
        effects -> {
          if (!attempt.over && attempt == current && !state.isEnding()) {
            drain(effects);
            effects.tell(() -> ended.accept(null));
          }
        });
  }

  // Transitions; all under the lock.

  private void connect(Effects effects) {
    if (!state.isEnding()) {
      state.become(SourceState.CONNECTING);
      current = launch(null, effects);
    }
  }

  Attempt<P> launch(@Nullable Token renews, Effects effects) {
    Attempt<P> attempt = new Attempt<>(this, ++epochs, renews, nanoTime());
    watchdog.watchConnecting(attempt);
    effects.call(() -> opener.start(attempt));
    return attempt;
  }

  private void established(Attempt<P> attempt, boolean resumed, Effects effects) {
    state.become(SourceState.STREAMING);
    announcer.connected(attempt.epoch(), resumed, effects);
    if (intactUntil != null && !resumed) {
      announcer.gap(intactUntil, now(), "events of the time between are not sent again", effects);
    }
    intactUntil = null;
    health = time.schedule(this::healthy, options.healthyAfter());
  }

  void fail(Attempt<P> attempt, SourceException cause, Effects effects) {
    if (attempt.over) {
      return;
    }
    end(attempt, effects);
    if (state.isEnding()) {
      return;
    }
    if (attempt == renewal.retiring()) {
      renewal.retired(attempt, effects);
    } else if (attempt == renewal.successor() && current != null) {
      renewal.failed(current, cause, effects);
    } else if (attempt == current) {
      lost(attempt, cause, effects);
    }
  }

  private void lost(Attempt<P> attempt, SourceException cause, Effects effects) {
    state.troubled(cause);
    Attempt.cancel(health);
    if (attempt.streaming && intactUntil == null) {
      intactUntil = attempt.lastHeard(time);
    }
    Attempt<P> next = renewal.promote(effects);
    if (next != null) {
      current = next;
      state.become(SourceState.CONNECTING);
      announcer.disconnected(attempt.epoch(), cause, Duration.ZERO, effects);
      return;
    }
    Duration wait = retries.afterFailure(attempt, cause);
    if (wait == null) {
      state.givenUp(cause);
      drain(effects);
    } else {
      state.backOff(wait);
      retry = time.schedule(() -> change(this::connect), wait);
    }
    announcer.disconnected(attempt.epoch(), cause, wait, effects);
    if (wait == null) {
      effects.tell(() -> ended.accept(cause));
    }
  }

  private void drain(Effects effects) {
    if (state.isEnding()) {
      return;
    }
    state.become(SourceState.DRAINING);
    Attempt.cancel(retry);
    Attempt.cancel(health);
    renewal.cancelTimer();
    for (Attempt<P> attempt : attempts()) {
      attempt.receiving = false;
      attempt.cancelTimers();
      Connection connection = attempt.connection;
      if (connection != null) {
        effects.call(connection::stopReceiving);
      }
    }
  }

  void end(Attempt<P> attempt, Effects effects) {
    attempt.end();
    Connection connection = attempt.connection;
    if (connection != null) {
      effects.call(connection::close);
    }
  }

  // For the renewal and the opener.

  @Nullable Attempt<P> current() {
    return current;
  }

  boolean isCurrent(Attempt<P> attempt) {
    return attempt == current;
  }

  // Timers.

  private void healthy() {
    lock.lock();
    try {
      if (state.isStreaming()) {
        retries.healthy();
      }
    } finally {
      lock.unlock();
    }
  }

  // What follows from a change.

  void change(Consumer<Effects> transition) {
    var effects = new Effects(outbox);
    lock.lock();
    try {
      transition.accept(effects);
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  private List<Attempt<P>> attempts() {
    List<Attempt<P>> open = new ArrayList<>(3);
    for (Attempt<P> attempt : Arrays.asList(current, renewal.successor(), renewal.retiring())) {
      if (attempt != null && !attempt.over) {
        open.add(attempt);
      }
    }
    return open;
  }

  private void resume() {
    change(
        effects -> {
          for (Attempt<P> attempt : attempts()) {
            Runnable reader = attempt.takeBackRefusal();
            if (reader != null) {
              effects.call(reader);
            }
          }
        });
  }
}
