package dev.infraevents.internal.connection;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DecodingException;
import dev.infraevents.HandshakeException;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.SourceStatus;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.TransportException;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.DeliveryEngine;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
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
 * {@link Effects}.
 *
 * @param <P> the payload class
 */
public final class ConnectionSupervisor<P> {

  /**
   * How long the old connection stays open beside the new one. The filter on the new one takes
   * effect some time after it was sent, unacknowledged; this is many times the round trip that
   * takes.
   */
  private static final Duration OVERLAP = Duration.ofSeconds(5);

  private final URI source;
  private final ConnectionOptions options;
  private final Transport<P> transport;
  private final DeliveryEngine<P> engine;
  private final Timing time;
  private final Executor connector;
  private final DoubleSupplier random;
  private final Consumer<SourceSignal> signals;
  private final Consumer<@Nullable SourceException> ended;
  private final TroubleLog log;
  private final @Nullable TokenCache tokens;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All below guarded by lock.
  private SourceState state = SourceState.IDLE;
  private Instant since;
  private @Nullable SourceException lastError;
  private @Nullable SourceException permanent;
  private @Nullable Instant nextRetry;
  private Timing.@Nullable Timer retry;
  private @Nullable Instant intactUntil; // null while nothing has been lost
  private int failures;
  private int renewalFailures;
  private boolean refreshForced;
  private long epochs;
  private @Nullable Attempt<P> current;
  private @Nullable Attempt<P> successor;
  private @Nullable Attempt<P> retiring;

  /** Set while two connections bring the same events; read by the transport's threads. */
  private volatile @Nullable OverlapFilter overlap;

  /**
   * Makes a supervisor that is idle.
   *
   * @param source the source's address
   * @param options how to connect
   * @param tokens where tokens come from, or null if the source needs none
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
      @Nullable TokenProvider tokens,
      Transport<P> transport,
      DeliveryEngine<P> engine,
      Timing time,
      Executor connector,
      DoubleSupplier random,
      Consumer<SourceSignal> signals,
      Consumer<@Nullable SourceException> ended) {
    this.source = source;
    this.options = options;
    this.transport = transport;
    this.engine = engine;
    this.time = time;
    this.connector = connector;
    this.random = random;
    this.signals = signals;
    this.ended = ended;
    this.since = time.now();
    this.log = new TroubleLog(source);
    this.tokens =
        tokens == null
            ? null
            : new TokenCache(tokens, options.renewBefore(), this::credentialsRefreshed);
  }

  // From the subscription.

  /** Opens the first connection. */
  public void start() {
    var effects = new Effects();
    lock.lock();
    try {
      connect(effects);
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  /** Takes no more messages; what has been taken can still be settled. No attempt follows. */
  public void stopReceiving() {
    var effects = new Effects();
    lock.lock();
    try {
      if (state == SourceState.DRAINING || state.isFinal()) {
        return;
      }
      become(SourceState.DRAINING);
      Attempt.cancel(retry);
      nextRetry = null;
      for (Attempt<P> attempt : attempts()) {
        attempt.receiving = false;
        attempt.cancelTimers();
        Connection connection = attempt.connection;
        if (connection != null) {
          effects.add(connection::stopReceiving);
        }
      }
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  /**
   * Closes the connections.
   *
   * @param cause why, or null if as asked
   */
  public void close(@Nullable SourceException cause) {
    var effects = new Effects();
    lock.lock();
    try {
      attempts().forEach(attempt -> end(attempt, effects));
      current = null;
      successor = null;
      retiring = null;
      lastError = cause != null ? cause : lastError;
      permanent = cause;
      become(cause == null ? SourceState.CLOSED : SourceState.FAILED);
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  /**
   * How the connection is doing.
   *
   * @return the status now
   */
  public SourceStatus status() {
    lock.lock();
    try {
      return new SourceStatus(state, since, lastError, failures, nextRetry, epochs);
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
    long nanos = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (state != SourceState.STREAMING) {
        if (permanent != null) {
          throw permanent;
        }
        if (state == SourceState.DRAINING || state.isFinal() || nanos <= 0) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
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

  Token token(@Nullable Token renews) {
    if (tokens == null) {
      throw new ConfigurationException("no credentials are configured", null);
    }
    return renews == null ? tokens.get(now()) : tokens.newerThan(renews, now());
  }

  boolean message(Attempt<P> attempt, InboundMessage<P> message) {
    OverlapFilter both = overlap;
    return (both == null || both.isFirst(attempt.epoch(), message.raw()))
        ? engine.offer(message)
        : engine.repeated();
  }

  boolean undecodable(Bytes raw, DecodingException cause, Settlement settlement) {
    return engine.undecodable(raw, cause, settlement);
  }

  void onRoom(Runnable resume) {
    engine.onRoom(resume);
  }

  void streaming(Attempt<P> attempt, boolean resumed) {
    var effects = new Effects();
    lock.lock();
    try {
      if (attempt.over || attempt.streaming || !attempt.receiving) {
        return;
      }
      attempt.streaming = true;
      Attempt.cancel(attempt.deadline);
      if (attempt == successor) {
        changeOver(attempt);
        signal(effects, new SourceSignal.Connected(source, now(), attempt.epoch(), true));
      } else {
        established(attempt, resumed, effects);
      }
      refreshForced = false;
      renewalFailures = 0;
      watchSilence(attempt);
      scheduleRenewal(attempt);
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  void failed(Attempt<P> attempt, SourceException cause) {
    var effects = new Effects();
    lock.lock();
    try {
      if (attempt.over) {
        return;
      }
      end(attempt, effects);
      if (state == SourceState.DRAINING) {
        return;
      }
      if (attempt == retiring) {
        retiring = null;
      } else if (attempt == successor) {
        successor = null;
        renewAgain();
      } else if (attempt == current) {
        lost(attempt, cause, effects);
      }
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  void completed(Attempt<P> attempt) {
    lock.lock();
    try {
      if (attempt.over || attempt != current || state == SourceState.DRAINING) {
        return;
      }
    } finally {
      lock.unlock();
    }
    ended.accept(null);
  }

  // Transitions; all under the lock.

  private void connect(Effects effects) {
    if (state == SourceState.DRAINING || state.isFinal()) {
      return;
    }
    become(SourceState.CONNECTING);
    nextRetry = null;
    current = launch(null, effects);
  }

  private Attempt<P> launch(@Nullable Token renews, Effects effects) {
    Attempt<P> attempt = new Attempt<>(this, ++epochs, renews, nanoTime());
    Duration limit = options.connectTimeout();
    attempt.deadline =
        time.schedule(
            () ->
                failed(
                    attempt,
                    new TransportException(
                        "no connection to " + source + " within " + limit.toMillis() + " ms",
                        null)),
            limit);
    effects.add(() -> execute(attempt));
    return attempt;
  }

  private void established(Attempt<P> attempt, boolean resumed, Effects effects) {
    become(SourceState.STREAMING);
    signal(effects, new SourceSignal.Connected(source, now(), attempt.epoch(), resumed));
    if (intactUntil != null && !resumed) {
      signal(
          effects,
          new SourceSignal.GapPossible(
              source,
              now(),
              intactUntil,
              now(),
              "events of the time between are not sent again",
              0));
    }
    intactUntil = null;
    attempt.health = time.schedule(() -> healthy(attempt), options.healthyAfter());
    effects.add(log::over);
  }

  private void changeOver(Attempt<P> attempt) {
    Attempt<P> old = current;
    retiring = old;
    current = attempt;
    successor = null;
    if (old != null) {
      Attempt.cancel(old.renewal);
    }
    time.schedule(() -> retire(old), OVERLAP);
  }

  private void retire(@Nullable Attempt<P> old) {
    var effects = new Effects();
    lock.lock();
    try {
      overlap = null;
      if (old != null && old == retiring) {
        end(old, effects);
        retiring = null;
      }
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  private void lost(Attempt<P> attempt, SourceException cause, Effects effects) {
    lastError = cause;
    if (attempt.streaming && intactUntil == null) {
      intactUntil = now().minusNanos(nanoTime() - attempt.lastActivity);
    }
    Attempt<P> next = successor;
    if (next != null) {
      current = next;
      successor = null;
      overlap = null;
      become(SourceState.CONNECTING);
      disconnected(attempt, cause, Duration.ZERO, effects);
    } else if (isPermanent(attempt, cause)) {
      permanent = cause;
      disconnected(attempt, cause, null, effects);
      effects.add(() -> ended.accept(cause));
    } else {
      backOff(attempt, cause, effects);
    }
  }

  private boolean isPermanent(Attempt<P> attempt, SourceException cause) {
    Token refused = attempt.token;
    if (cause instanceof AuthenticationException
        && !attempt.loginRefused
        && !refreshForced
        && tokens != null
        && refused != null) {
      refreshForced = true;
      tokens.refuse(refused);
      return false;
    }
    return !cause.isRetryable()
        || (options.maxFailures() > 0 && failures + 1 >= options.maxFailures());
  }

  private void backOff(Attempt<P> attempt, SourceException cause, Effects effects) {
    // A refused token is replaced at once: there is nothing to wait for.
    boolean atOnce = cause instanceof AuthenticationException;
    failures += atOnce ? 0 : 1;
    Duration wait = atOnce ? Duration.ZERO : options.backoff().delay(failures, random);
    if (cause instanceof HandshakeException refusal
        && refusal.retryAfter() != null
        && refusal.retryAfter().compareTo(wait) > 0) {
      wait = refusal.retryAfter();
    }
    become(SourceState.BACKING_OFF);
    nextRetry = now().plus(wait);
    disconnected(attempt, cause, wait, effects);
    retry = time.schedule(this::retry, wait);
  }

  private void retry() {
    var effects = new Effects();
    lock.lock();
    try {
      if (state == SourceState.BACKING_OFF) {
        connect(effects);
      }
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  private void healthy(Attempt<P> attempt) {
    lock.lock();
    try {
      if (attempt == current) {
        failures = 0;
      }
    } finally {
      lock.unlock();
    }
  }

  private void watchSilence(Attempt<P> attempt) {
    Duration limit = options.pingInterval().plus(options.pongTimeout());
    Duration left = limit.minusNanos(nanoTime() - attempt.lastActivity);
    if (left.isNegative() || left.isZero()) {
      time.schedule(() -> failed(attempt, silent(limit)), Duration.ZERO);
    } else {
      attempt.silence = time.schedule(() -> stillAlive(attempt), left);
    }
  }

  private SourceException silent(Duration limit) {
    return new TransportException(
        source + " has been silent for " + limit.toMillis() + " ms; the connection is dead", null);
  }

  private void stillAlive(Attempt<P> attempt) {
    lock.lock();
    try {
      if (!attempt.over && attempt.receiving) {
        watchSilence(attempt);
      }
    } finally {
      lock.unlock();
    }
  }

  // GARM closes a connection in the second its token expires: the next one must be open by then.
  private void scheduleRenewal(Attempt<P> attempt) {
    Instant at = tokens == null || !transport.boundToToken() ? null : tokens.renewAt();
    if (at != null) {
      Duration wait = Duration.between(now(), at);
      attempt.renewal =
          time.schedule(() -> renew(attempt), wait.isNegative() ? Duration.ZERO : wait);
    }
  }

  private void renew(Attempt<P> attempt) {
    var effects = new Effects();
    lock.lock();
    try {
      boolean wanted = attempt == current && attempt.streaming && successor == null;
      if (wanted && state == SourceState.STREAMING) {
        Attempt<P> next = launch(attempt.token, effects);
        successor = next;
        overlap = new OverlapFilter(next.epoch());
      }
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  private void renewAgain() {
    overlap = null;
    Attempt<P> renewed = current;
    if (renewed != null && state == SourceState.STREAMING) {
      Duration wait = options.backoff().delay(++renewalFailures, random);
      renewed.renewal = time.schedule(() -> renew(renewed), wait);
    }
  }

  private void end(Attempt<P> attempt, Effects effects) {
    attempt.over = true;
    attempt.receiving = false;
    attempt.cancelTimers();
    Connection connection = attempt.connection;
    if (connection != null) {
      effects.add(connection::close);
    }
  }

  private void become(SourceState next) {
    if (!state.canBecome(next)) {
      throw new IllegalStateException(state + " can not become " + next);
    }
    state = next;
    since = now();
    changed.signalAll();
  }

  private List<Attempt<P>> attempts() {
    List<Attempt<P>> open = new ArrayList<>(3);
    for (Attempt<P> attempt : Arrays.asList(current, successor, retiring)) {
      if (attempt != null) {
        open.add(attempt);
      }
    }
    return open;
  }

  private void disconnected(
      Attempt<P> attempt, SourceException cause, @Nullable Duration retryIn, Effects effects) {
    signal(effects, new SourceSignal.Disconnected(source, now(), attempt.epoch(), cause, retryIn));
    effects.add(() -> log.trouble(cause, retryIn));
  }

  private void signal(Effects effects, SourceSignal signal) {
    effects.add(() -> signals.accept(signal));
  }

  private void credentialsRefreshed(Token token) {
    signals.accept(new SourceSignal.CredentialsRefreshed(source, now(), token.expiresAt()));
  }

  private void execute(Attempt<P> attempt) {
    try {
      connector.execute(() -> open(attempt));
    } catch (RejectedExecutionException e) {
      failed(attempt, new TransportException("the subscription is closing", e));
    }
  }

  private void open(Attempt<P> attempt) {
    Connection connection;
    try {
      connection = transport.open(attempt);
    } catch (SourceException e) {
      failed(attempt, e);
      return;
    } catch (RuntimeException e) {
      failed(attempt, new TransportException("can not connect to " + source, e));
      return;
    }
    boolean late;
    lock.lock();
    try {
      late = attempt.over;
      attempt.connection = connection;
    } finally {
      lock.unlock();
    }
    if (late) {
      connection.close();
    }
  }

  /** What is to be done once the lock is released, in order. */
  private static final class Effects {
    private final List<Runnable> tasks = new ArrayList<>(2);

    void add(Runnable task) {
      tasks.add(task);
    }

    void run() {
      tasks.forEach(Runnable::run);
    }
  }
}
