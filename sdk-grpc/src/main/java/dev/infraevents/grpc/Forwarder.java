package dev.infraevents.grpc;

import dev.infraevents.CloudEvents;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.TransportException;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.forwarding.EngFlowRequest;
import dev.infraevents.spi.SharedTimers;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.TokenCache;
import io.grpc.Metadata;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends each event to the {@code Forwarding} service of EngFlow's public example, one {@code
 * ForwardStream} call per event: its id is {@link Event#id()}, its payload is the event as a
 * CloudEvent in JSON.
 *
 * <p>An event has been handled when the service has answered. Any other end of the call, or none
 * within the {@linkplain Builder#callTimeout timeout}, is thrown as a {@link SourceException}: then
 * the event counts as failed, so the subscription's retries apply, and after them a notification
 * stays unacknowledged and comes again. The service may therefore see an id more than once.
 *
 * <pre>{@code
 * try (var forwarder = Forwarder.builder().endpoint("grpc://localhost:50051").build();
 *     var subscription = engflow.subscribe(forwarder)) {
 *   subscription.completion().toCompletableFuture().join();
 * }
 * }</pre>
 *
 * <p>Thread-safe: as many events are under way as the subscription's concurrency allows. All share
 * one connection, which is made with the first event and again after it was lost.
 */
public final class Forwarder implements EventHandler<EngFlowPayload>, AutoCloseable {

  /** An answer is a line of text. */
  private static final int FLOW_CONTROL_WINDOW = 64 * 1024;

  private final EngFlowSettings settings;
  private final Duration callTimeout;
  private final RpcErrors errors;
  private final @Nullable TokenCache tokens;
  private final TimeSource time;
  private final RpcChannel channel;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean worked;

  private Forwarder(EngFlowSettings settings, Duration callTimeout) {
    this.settings = settings;
    this.callTimeout = callTimeout;
    this.errors = new RpcErrors(settings);
    TokenProvider provider = settings.credentials().provider(settings.endpoint());
    var channels = new Channels(settings, FLOW_CONTROL_WINDOW);
    TimeSource given = settings.time();
    this.tokens =
        provider == null
            ? null
            : new TokenCache(
                provider,
                settings.connection().renewBefore(),
                given == null ? InstantSource.system() : given.clock(),
                token -> {});
    this.channel = channels.open(() -> {}, channels.pingInterval());
    // Last: whatever fails before this has no share of the timers to give back.
    this.time = given == null ? TimeSource.system(SharedTimers.acquire()) : given;
  }

  /**
   * Starts a forwarder.
   *
   * @return a builder that needs an endpoint
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Sends an event and waits for the answer. An interrupt ends the wait; it is kept, and shows as a
   * {@link TransportException}.
   *
   * @param event the event
   * @param delivery left to the return of this method
   * @throws SourceException if the service did not take the event
   * @throws IllegalStateException if this forwarder is closed
   */
  @Override
  public void handle(Event<EngFlowPayload> event, Delivery delivery) throws SourceException {
    if (closed.get()) {
      throw new IllegalStateException("the forwarder is closed: build another");
    }
    EngFlowRequest request =
        EngFlowRequest.newBuilder().setId(event.id()).setPayload(CloudEvents.toJson(event)).build();
    if (tokens == null) {
      forward(request, null);
    } else {
      tokens.request(
          token -> {
            forward(request, token);
            return token;
          });
    }
  }

  private void forward(EngFlowRequest request, @Nullable Token token) {
    channel.connectAgain();
    Metadata headers = token == null ? new Metadata() : settings.credentials().metadata(token);
    ForwardCall call = ForwardCall.start(channel.channel(), headers, request);
    Future<?> timer =
        time.timers().schedule(call::expire, callTimeout.toNanos(), TimeUnit.NANOSECONDS);
    try {
      check(call.await(), token);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while an event was forwarded", e);
    } finally {
      timer.cancel(false);
    }
  }

  private void check(ForwardCall.@Nullable End end, @Nullable Token token) {
    if (end == null) {
      throw new TransportException(
          "%s did not take an event within %s ms"
              .formatted(settings.endpoint(), callTimeout.toMillis()),
          null);
    }
    if (!end.status().isOk()) {
      throw errors.of(
          new RpcFailure(
              "ForwardStream", end.status(), end.trailers(), channel.watch(), token, worked, true));
    }
    worked = true;
  }

  /**
   * Ends the connection; what is under way fails. Does nothing when closed. Close what it handles
   * the events of first.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      channel.close();
      if (settings.time() == null) {
        SharedTimers.release();
      }
    }
  }

  /** Builds a {@link Forwarder}. Not thread-safe. */
  public static final class Builder extends EngFlowBuilder<Builder> {

    private Duration callTimeout = Duration.ofSeconds(10);

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Bounds how long one event may take, connecting included.
     *
     * @param timeout positive; 10 s by default. Shorter than the time in which the notification
     *     must be acknowledged, or its answer comes too late to count
     * @return this
     * @throws ConfigurationException if not positive
     */
    public Builder callTimeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new ConfigurationException("callTimeout must be positive, not " + timeout, null);
      }
      this.callTimeout = timeout;
      return this;
    }

    /**
     * Builds the forwarder, which connects with its first event.
     *
     * @return a new forwarder; close it
     * @throws ConfigurationException if something is missing, or does not go together
     */
    public Forwarder build() {
      return new Forwarder(settings(), callTimeout);
    }
  }
}
