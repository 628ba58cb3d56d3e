package dev.infraevents.grpc;

import dev.infraevents.AuthenticationException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.TimeSource;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The one channel of all reads of a client, and what they know of it together. Thread-safe. */
final class ReadChannel implements AutoCloseable {

  /** Of one call, unread: a slow handler must not make the client hold much more than this. */
  private static final int FLOW_CONTROL_WINDOW = 256 * 1024;

  private final EngFlowSettings settings;
  private final @Nullable SharedTokens tokens;
  private final RpcErrors errors;
  private final LongSupplier ticker;
  private final Set<ConnectionContext<?>> attempts = ConcurrentHashMap.newKeySet();
  private final RpcChannel channel;
  private volatile Duration pingInterval;
  private volatile long lastBytes;
  private volatile boolean worked;
  private long calmedAt; // guarded by this

  ReadChannel(EngFlowSettings settings) {
    this.settings = settings;
    TimeSource time = settings.time();
    this.ticker = time == null ? System::nanoTime : time.ticker();
    this.lastBytes = ticker.getAsLong();
    this.calmedAt = lastBytes;
    TokenProvider provider = settings.credentials().provider(settings.endpoint());
    this.tokens =
        provider == null
            ? null
            : new SharedTokens(
                provider,
                settings.connection().renewBefore(),
                time == null ? InstantSource.system() : time.clock());
    this.errors = new RpcErrors(settings);
    Channels channels = new Channels(settings, FLOW_CONTROL_WINDOW);
    this.pingInterval = channels.pingInterval();
    this.channel = channels.open(this::bytes, pingInterval);
  }

  EngFlowSettings settings() {
    return settings;
  }

  /** Where the token of a read comes from, or null if it needs none. */
  @Nullable TokenProvider tokens() {
    return tokens;
  }

  /** How often the connection is pinged. */
  Duration pingInterval() {
    return pingInterval;
  }

  /** The channel to make a call on, which does not wait out what gRPC remembers of the last. */
  Channel ready() {
    channel.connectAgain();
    return channel.channel();
  }

  /** Runs a task on one of the threads that read. */
  void onReader(Runnable task) {
    channel.onReader(task);
  }

  /** Monotonic time, in nanoseconds. */
  long nanoTime() {
    return ticker.getAsLong();
  }

  /** What a call is sent with. */
  Metadata metadata(@Nullable Token token) {
    return token == null ? new Metadata() : settings.credentials().metadata(token);
  }

  /** Tells an attempt of every byte that comes in. */
  void watch(ConnectionContext<?> attempt) {
    attempts.add(attempt);
  }

  void forget(ConnectionContext<?> attempt) {
    attempts.remove(attempt);
  }

  private void bytes() {
    lastBytes = ticker.getAsLong();
    attempts.forEach(ConnectionContext::activity);
  }

  /** A call has brought something: the settings are right. */
  void worked() {
    worked = true;
  }

  /** What to report of a call that has failed. */
  SourceException failure(
      String operation,
      Status status,
      Metadata trailers,
      @Nullable Token token,
      boolean mayAppear) {
    if (RpcErrors.asksForFewerPings(status)) {
      pingLess();
    }
    SourceException error =
        errors.of(
            new RpcFailure(operation, status, trailers, channel.watch(), token, worked, mayAppear));
    if (error instanceof AuthenticationException refusal && tokens != null && token != null) {
      tokens.refuse(token, refusal);
    }
    return error;
  }

  // gRPC pings the next connection half as often by itself; the core has to know. All calls of a
  // connection report its end, and none comes to that without having been pinged for a while.
  private synchronized void pingLess() {
    long now = ticker.getAsLong();
    if (now - calmedAt >= pingInterval.toNanos()) {
      calmedAt = now;
      pingInterval = pingInterval.multipliedBy(2);
    }
  }

  /**
   * An attempt was given up. If that is because the connection is dead, gRPC may not know it yet,
   * and would make the next call on it too: new calls get a new connection.
   */
  void givenUp() {
    long silence = ticker.getAsLong() - lastBytes;
    if (silence >= settings.connection().pongTimeout().toNanos()) {
      channel.channel().enterIdle();
    }
  }

  /** Ends all calls. Does not block. */
  @Override
  public void close() {
    channel.close();
  }
}
