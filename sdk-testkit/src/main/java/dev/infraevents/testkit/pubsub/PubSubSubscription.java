package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.StreamingPullResponse.SubscriptionProperties;
import com.google.pubsub.v1.Subscription;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.Reordering;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A subscription: who pulls from it, and what has become of each message. All methods are
 * thread-safe.
 */
public final class PubSubSubscription {

  private static final Status DETACHED =
      Status.FAILED_PRECONDITION.withDescription("the subscription is detached from its topic");

  private final Subscription config;
  private final Changes changes;
  private final MessageQueue queue;
  private final Reordering<SubscriptionMessage> reordering;
  private final AckIdFailures failingAcks = new AckIdFailures();
  private final AckIdFailures failingDeadlines = new AckIdFailures();

  private volatile boolean reordered;
  private volatile boolean detached;
  private volatile Status refusal = Status.OK;

  // All below guarded by queue.
  private final List<SubscriptionMessage> messages = new ArrayList<>();
  private final Map<String, SubscriptionMessage> byId = new HashMap<>();
  private final List<PubSubStream> streams = new ArrayList<>();

  PubSubSubscription(
      int number,
      Subscription config,
      int outstandingPerKey,
      TimeSource time,
      ScheduledExecutorService ioTimer,
      Changes changes,
      MessageQueue.DeadLetters deadLetters) {
    this.config = config;
    this.changes = changes;
    this.queue = new MessageQueue(number, config, outstandingPerKey, time, changes, deadLetters);
    this.reordering =
        new Reordering<>(
            message -> {
              queue.add(message);
              ioTimer.execute(queue::dispatch); // not with the lock of the reordering
              return true;
            },
            () -> false,
            ioTimer);
  }

  /**
   * What clients ask for.
   *
   * @return the full name, such as {@code projects/P/subscriptions/S}
   */
  public String name() {
    return config.getName();
  }

  /**
   * How it was created.
   *
   * @return the configuration, with what is true now of what can change
   */
  public Subscription config() {
    return config.toBuilder()
        .setEnableExactlyOnceDelivery(queue.isExactlyOnce())
        .setDetached(detached)
        .build();
  }

  /**
   * Turns exactly-once delivery on or off, for what is settled and sent from now on.
   *
   * @param enabled whether the client learns that an acknowledgement is in vain
   */
  public void exactlyOnce(boolean enabled) {
    queue.setExactlyOnce(enabled);
  }

  /** Detaches it from its topic: its streams end, it can not be pulled from any more. */
  public void detach() {
    detached = true;
    endStreams(DETACHED);
  }

  /**
   * Answers all calls about this subscription with a status, until {@link FakePubSub#heal}. Open
   * streams stay open.
   *
   * @param status such as PERMISSION_DENIED; OK to answer properly again
   */
  public void refuse(Status status) {
    refusal = status;
  }

  /**
   * Ends all open streams.
   *
   * @param status how; OK is possible
   */
  public void endStreams(Status status) {
    openStreams().forEach(stream -> stream.end(status));
  }

  /** Sends nothing more to the streams that are open now, and does not end them either. */
  public void silenceStreams() {
    openStreams().forEach(PubSubStream::silence);
  }

  /**
   * Lets the next ack ids of {@code Acknowledge} fail, each for itself: the others of a request
   * count. The client is told which ones as with exactly-once delivery.
   *
   * @param ids how many
   * @param reason such as {@code TRANSIENT_FAILURE_SERVICE_UNAVAILABLE} or {@code
   *     PERMANENT_FAILURE_INVALID_ACK_ID}
   */
  public void failAcks(int ids, String reason) {
    failingAcks.failNext(ids, reason);
  }

  /**
   * Lets the next ack ids of {@code ModifyAckDeadline} fail, as {@link #failAcks} does.
   *
   * @param ids how many; nacks are among them
   * @param reason why
   */
  public void failDeadlines(int ids, String reason) {
    failingDeadlines.failNext(ids, reason);
  }

  /**
   * One message.
   *
   * @param id its id
   * @return what has become of it
   * @throws IllegalArgumentException if this subscription never had it
   */
  public SubscriptionMessage message(String id) {
    synchronized (queue) {
      SubscriptionMessage found = byId.get(id);
      if (found == null) {
        throw new IllegalArgumentException("no message has the id " + id);
      }
      return found;
    }
  }

  /**
   * All messages.
   *
   * @return in the order in which they were published
   */
  public List<SubscriptionMessage> messages() {
    synchronized (queue) {
      return List.copyOf(messages);
    }
  }

  /**
   * Counts the messages in a state, at once however many there are.
   *
   * @param state the state
   * @return how many there are now
   */
  public int count(State state) {
    return queue.count(state);
  }

  /**
   * All streams so far.
   *
   * @return open and closed ones, in the order of their first requests
   */
  public List<PubSubStream> streams() {
    synchronized (queue) {
      return List.copyOf(streams);
    }
  }

  /**
   * Who holds what.
   *
   * @return the deliveries whose deadlines are not over, those first that end first
   */
  public List<MessageDelivery> held() {
    return queue.openLeases().stream()
        .map(lease -> lease.delivery)
        .filter(Objects::nonNull)
        .toList();
  }

  /**
   * All that clients have said about deliveries.
   *
   * @return in the order received, what was in vain included
   */
  public List<MessageSettlement> settlements() {
    return queue.settlements();
  }

  /**
   * The messages that were acknowledged in time.
   *
   * @return their ids, in the order of the acknowledgements
   */
  public List<String> acked() {
    return settled(Kind.ACK);
  }

  /**
   * The messages that were nacked in time.
   *
   * @return their ids, in the order of the nacks, once for each
   */
  public List<String> nacked() {
    return settled(Kind.NACK);
  }

  /**
   * Waits for anything that can be seen of this subscription.
   *
   * @param condition looked at whenever something has changed, so it should be quick
   * @param timeout how long
   * @throws AssertionError if it does not hold in time
   */
  public void await(Predicate<? super PubSubSubscription> condition, Duration timeout) {
    changes.await(() -> condition.test(this), timeout, this::toString);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("PubSubSubscription[").append(name());
    for (State state : State.values()) {
      text.append(", ").append(state).append('=').append(count(state));
    }
    return text.append(", ").append(openStreams()).append(']').toString();
  }

  private List<String> settled(Kind kind) {
    return settlements().stream()
        .filter(settlement -> settlement.kind() == kind && settlement.counted())
        .map(MessageSettlement::messageId)
        .toList();
  }

  MessageQueue queue() {
    return queue;
  }

  AckIdFailures failingAcks() {
    return failingAcks;
  }

  AckIdFailures failingDeadlines() {
    return failingDeadlines;
  }

  /** What a call about this subscription is answered with instead; OK if nothing is wrong. */
  Status refusal() {
    return refusal;
  }

  /** Why it can not be pulled from; OK if it can. */
  Status pullRefusal() {
    if (detached) {
      return DETACHED;
    }
    return config.getPushConfig().getPushEndpoint().isEmpty()
        ? Status.OK
        : Status.FAILED_PRECONDITION.withDescription("messages of this subscription are pushed");
  }

  SubscriptionProperties properties() {
    return SubscriptionProperties.newBuilder()
        .setExactlyOnceDeliveryEnabled(queue.isExactlyOnce())
        .setMessageOrderingEnabled(config.getEnableMessageOrdering())
        .build();
  }

  /** Takes a message; it goes out with the queue's next dispatch. */
  void receive(PubsubMessage message, @Nullable Fault fault) {
    if (detached) {
      return;
    }
    var received = new SubscriptionMessage(queue, message, fault instanceof Fault.Duplicate);
    synchronized (queue) {
      messages.add(received);
      byId.put(received.id(), received);
      queue.expect();
    }
    if (fault instanceof Fault.SilentDrop) {
      queue.discard(received);
    } else if (reordered && !queue.isOrdered(received)) {
      reordering.offer(received);
    } else {
      queue.add(received);
    }
  }

  void join(PubSubStream stream) {
    synchronized (queue) {
      streams.add(stream);
    }
    queue.join(stream);
  }

  List<PubSubStream> openStreams() {
    return streams().stream().filter(PubSubStream::isOpen).toList();
  }

  void announce() {
    changes.announce();
  }

  void reorder(int window, long seed) {
    reordered = window > 1;
    reordering.start(window, new Random(seed));
  }

  void heal() {
    reorder(1, 0);
    refusal = Status.OK;
    failingAcks.failNext(0, null);
    failingDeadlines.failNext(0, null);
  }

  void close() {
    reordering.stop();
    queue.close();
  }
}
