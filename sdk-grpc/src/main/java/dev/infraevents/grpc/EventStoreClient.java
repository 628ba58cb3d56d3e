package dev.infraevents.grpc;

import dev.infraevents.ConfigurationException;
import dev.infraevents.EventSource;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reads the events of builds from the event store of an EngFlow cluster.
 *
 * <pre>{@code
 * try (var store = EventStoreClient.builder()
 *         .endpoint("grpcs://example.cluster.engflow.com")
 *         .credentials(EngFlowCredentials.token(jwt))
 *         .build();
 *     var events = store.invocation("070d25bf-3eac-4ea6-85a8-4f0643165657").events()) {
 *   events.forEachRemaining(event -> print(event));
 * }
 * }</pre>
 *
 * <p>A read is an event source: {@link EventSource#events} iterates over it, {@link
 * EventSource#subscribe} calls a handler. Its events come in order, each once; it ends by itself
 * after the last one, and its {@link Subscription#completion} is then normal. What the handler has
 * no room for is not asked for. A connection that is lost is made again, and the read goes on where
 * it was; each event tells where that is ({@link
 * dev.infraevents.engflow.StreamInfo#continuationToken}), so that another process can go on, too
 * ({@link ReadOptions.Builder#from}).
 *
 * <p>A read fails with
 *
 * <ul>
 *   <li>{@link dev.infraevents.IncompleteStreamException} when the server brings no more events in
 *       five calls in a row and does not say that there are no more, or brings nothing for as long
 *       as {@link ReadOptions#idleTimeout}. That is how builds end whose tool has vanished: what
 *       was delivered is valid,
 *   <li>{@link dev.infraevents.RpcException} when the server does not know what to read, does not
 *       allow it, or ends five calls with an error of its own before there was any event,
 *   <li>{@link dev.infraevents.AuthenticationException} when it refuses the credentials,
 *   <li>{@link ConfigurationException} when an event is larger than the client accepts, or its
 *       settings are wrong.
 * </ul>
 *
 * <p>Everything else is retried for ever, unless {@link
 * dev.infraevents.ConnectionOptions#maxFailures} says otherwise.
 *
 * <p>All reads of a client share one connection and one token. Only so many run at a time; the
 * others wait their turn ({@link Builder#maxConcurrentReads}). Thread-safe.
 */
public final class EventStoreClient implements AutoCloseable {

  private static final int MAX_CONCURRENT_READS = 16;

  private final EngFlowSettings settings;
  private final ReadChannel channel;
  private final ReadSlots slots;

  EventStoreClient(EngFlowSettings settings, int maxConcurrentReads) {
    this.settings = settings;
    this.channel = new ReadChannel(settings);
    this.slots = new ReadSlots(maxConcurrentReads);
  }

  /**
   * Starts a client.
   *
   * @return a builder that needs an endpoint
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The events of one invocation, from the first to the last.
   *
   * @param invocationId a UUID
   * @return a source; nothing is asked before it is subscribed to
   * @throws IllegalArgumentException if it is no UUID
   */
  public EventSource<BuildProgress> invocation(String invocationId) {
    return invocation(invocationId, ReadOptions.DEFAULT);
  }

  /**
   * The events of one invocation.
   *
   * @param invocationId a UUID
   * @param options what of it is read, and how
   * @return a source; nothing is asked before it is subscribed to
   * @throws IllegalArgumentException if it is no UUID
   */
  public EventSource<BuildProgress> invocation(String invocationId, ReadOptions options) {
    return source(
        ReadRequest.invocation(invocationId, instanceName(options), options.replayMode()), options);
  }

  /**
   * The events of a build as a whole, those of all its invocations included, from the first to the
   * last. Clusters know this call since version 2.36.
   *
   * @param buildId a UUID, with a path of names before it if it has one
   * @return a source; nothing is asked before it is subscribed to
   * @throws IllegalArgumentException if it is no such id
   */
  public EventSource<BuildProgress> build(String buildId) {
    return build(buildId, ReadOptions.DEFAULT);
  }

  /**
   * The events of a build as a whole.
   *
   * @param buildId a UUID, with a path of names before it if it has one
   * @param options what of it is read, and how; a build can only be read {@link
   *     ReplayMode#UNTIL_COMPLETE}
   * @return a source; nothing is asked before it is subscribed to
   * @throws IllegalArgumentException if it is no such id, or for another mode
   */
  public EventSource<BuildProgress> build(String buildId, ReadOptions options) {
    return source(ReadRequest.build(buildId, instanceName(options), options.replayMode()), options);
  }

  private BuildEventSource source(ReadRequest request, ReadOptions options) {
    return new BuildEventSource(channel, slots, request, options);
  }

  private String instanceName(ReadOptions options) {
    String given = options.instanceName();
    return given == null ? settings.instanceNames().toSend("") : given;
  }

  /**
   * Ends every read, as {@link Subscription#close()} does, all at the same time, and then the
   * connection. Takes no longer than the read that takes longest. Idempotent. Called from inside a
   * handler it does not wait for that one.
   */
  @Override
  public void close() {
    List<Subscription> open = slots.close();
    CompletionStage<Void> ends =
        CompletableFuture.allOf(
            open.stream()
                .map(read -> read.completion().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    ends.whenComplete((done, error) -> channel.close());
    ReadEnds.closeTogether(open);
  }

  @Override
  public String toString() {
    return "EventStoreClient[" + settings.endpoint() + "]";
  }

  /** Builds an {@link EventStoreClient}. Not thread-safe. */
  public static final class Builder extends EngFlowBuilder<Builder> {

    private int maxConcurrentReads = MAX_CONCURRENT_READS;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Bounds how many reads run at a time. Those beyond wait, in the order in which they were
     * subscribed to; a read that waits to be connected again counts as running.
     *
     * @param reads 16 by default; clusters take 400 calls on one connection unless set up otherwise
     * @return this
     * @throws ConfigurationException if below 1
     */
    public Builder maxConcurrentReads(int reads) {
      if (reads < 1) {
        throw new ConfigurationException(
            "maxConcurrentReads must be at least 1, not " + reads, null);
      }
      this.maxConcurrentReads = reads;
      return this;
    }

    /**
     * Builds the client. It connects with its first read.
     *
     * @return the client; close it
     * @throws ConfigurationException if the endpoint is missing, or settings do not go together
     */
    public EventStoreClient build() {
      return new EventStoreClient(settings(), maxConcurrentReads);
    }
  }
}
