package dev.infraevents.grpc;

import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Transport;
import java.time.Duration;
import java.util.Set;

/**
 * The notifications of an EngFlow cluster's queue.
 *
 * <p>The queue delivers at least once, in no order:
 *
 * <ul>
 *   <li>Each notification goes to one of those that pull from its queue at the moment. Who needs
 *       all of them must be alone.
 *   <li>A notification is acknowledged once its handler has returned. EngFlow answers with a
 *       receipt: {@link dev.infraevents.AckOutcome#CONFIRMED}. Receipts come on the stream of the
 *       notifications; where there is no room for these, nobody is left waiting for those: {@link
 *       dev.infraevents.AckOutcome#SENT}. What was not acknowledged within the {@linkplain
 *       Builder#ackDeadline deadline} is delivered again; what is done with by then is acknowledged
 *       without calling the handler again.
 *   <li>There is no way to say that a handler has failed: the notification comes again when its
 *       time has run out, up to five minutes later. A retry of {@link
 *       dev.infraevents.DeliveryOptions.Builder#retry} is faster. Nor can the time be lengthened:
 *       {@link dev.infraevents.AckOutcome#NOT_APPLICABLE}.
 *   <li>Acknowledgements are good on the connection that brought the notification only: {@link
 *       dev.infraevents.AckOutcome#STREAM_GONE} if that is gone.
 *   <li>A new connection goes on where the last one ended, so no gap is signalled. But EngFlow may
 *       discard what is too old or has failed too often, and does not say so.
 * </ul>
 *
 * <p>A queue that does not exist, a request that EngFlow finds invalid and missing permissions end
 * a subscription: {@link dev.infraevents.RpcException}.
 *
 * <p>Thread-safe. Each subscription has a connection of its own.
 */
public final class EngFlowEventSource extends AbstractEventSource<EngFlowPayload> {

  /** The queue that tells of builds and invocations. */
  public static final String LIFECYCLE_EVENTS = "eventstore/lifecycle-events";

  private final EngFlowSettings settings;
  private final PullOptions options;

  private EngFlowEventSource(EngFlowSettings settings, PullOptions options) {
    super(
        settings.endpoint().uri(),
        Set.of(Capability.ACK, Capability.ACK_RECEIPT, Capability.RESUME),
        settings.connection(),
        settings.credentials().provider(settings.endpoint()),
        settings.time());
    this.settings = settings;
    this.options = options;
  }

  /**
   * Starts a source.
   *
   * @return a builder that needs an endpoint
   */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  protected Transport<EngFlowPayload> newTransport() {
    return new PullTransport(settings, options);
  }

  /** Builds an {@link EngFlowEventSource}. Not thread-safe. */
  public static final class Builder extends EngFlowBuilder<Builder> {

    private static final int DEFAULT_INVOCATIONS = 4;
    private static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(30);
    private static final Duration LONGEST_DEADLINE = Duration.ofMinutes(5);

    private String queue = LIFECYCLE_EVENTS;
    private String clientId = ClientId.random();
    private Duration ackDeadline = Duration.ofSeconds(60);
    private boolean awaitQueue;
    private int maxInvocations;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets which queue to pull from.
     *
     * @param name its whole name; {@value EngFlowEventSource#LIFECYCLE_EVENTS} by default
     * @return this
     * @throws ConfigurationException if it is empty
     */
    public Builder queue(String name) {
      if (name.isBlank()) {
        throw new ConfigurationException("a queue needs a name, such as " + LIFECYCLE_EVENTS, null);
      }
      this.queue = name;
      return this;
    }

    /**
     * Waits for a queue that does not exist instead of failing: it is asked for again and again.
     *
     * @return this
     */
    public Builder awaitQueue() {
      this.awaitQueue = true;
      return this;
    }

    /**
     * Sets by which id the cluster's operators recognise this consumer. It is no session: nothing
     * survives a reconnect because of it.
     *
     * @param id a UUID in lower case, with a path of lower-case words before it or without, such as
     *     {@code my-team/6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f}; made up by default
     * @return this
     * @throws ConfigurationException if a cluster might refuse it
     */
    public Builder clientId(String id) {
      this.clientId = ClientId.check(id);
      return this;
    }

    /**
     * Sets how long the cluster waits for an acknowledgement before it delivers a notification
     * again. A handler that may need longer has to hand its work on first. The {@linkplain
     * dev.infraevents.Delivery#deadline deadline} of a delivery is up to 5 s earlier, for what is
     * on its way.
     *
     * @param deadline 30 s to 300 s, 60 s by default
     * @return this
     * @throws ConfigurationException if it is out of these bounds, which are EngFlow's
     */
    public Builder ackDeadline(Duration deadline) {
      if (deadline.compareTo(SHORTEST_DEADLINE) < 0 || deadline.compareTo(LONGEST_DEADLINE) > 0) {
        throw new ConfigurationException(
            "ackDeadline must be from 30 s to 300 s, not " + deadline, null);
      }
      this.ackDeadline = deadline;
      return this;
    }

    /**
     * Brings the events of each finished invocation too, four invocations at a time.
     *
     * @return this
     * @see #withInvocations(int)
     */
    public Builder withInvocations() {
      return withInvocations(DEFAULT_INVOCATIONS);
    }

    /**
     * Brings the events of each finished invocation too, to the same handler: {@link
     * dev.infraevents.engflow.BuildProgress}. They follow the notification, those of one invocation
     * in their order and one after the other, and are read from the event store. The notification
     * is acknowledged when all of them have been handled, also where a filter keeps it back. If one
     * fails, the notification comes again; what was handled before is not read again.
     *
     * <p>Reading may take longer than the {@link #ackDeadline}: then the notification is delivered
     * again, and acknowledged when reading is done. If the event store does not have an invocation,
     * or not all of it, its notification is treated as one that can not be decoded.
     *
     * @param maxInvocations how many are read at a time, at least 1
     * @return this
     * @throws ConfigurationException if it is less than 1
     */
    public Builder withInvocations(int maxInvocations) {
      if (maxInvocations < 1) {
        throw new ConfigurationException("at least one invocation has to be read at a time", null);
      }
      this.maxInvocations = maxInvocations;
      return this;
    }

    /**
     * Builds the source. Nothing is sent before the first subscription.
     *
     * @return the source
     * @throws ConfigurationException if the endpoint is missing, or settings do not go together
     */
    public EngFlowEventSource build() {
      return new EngFlowEventSource(
          settings(), new PullOptions(queue, clientId, ackDeadline, awaitQueue, maxInvocations));
    }
  }
}
