package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What has become of a message in one subscription. All methods are thread-safe. */
public final class SubscriptionMessage implements Backlog.Waiting {

  /** Where a message is. */
  public enum State {
    /** It waits for a client, perhaps not for the first time. */
    PENDING,
    /** A client has it, or had it when its stream ended, and the deadline is not over. */
    OUTSTANDING,
    /** It was acknowledged. With an ordering key, it may be delivered again nevertheless. */
    ACKED,
    /** It was delivered too often, and has gone to the dead-letter topic. */
    DEAD_LETTERED,
    /** It was lost on purpose. */
    DISCARDED
  }

  private final Object lock;
  private final PubsubMessage message;
  private final int bytes;

  // All below guarded by lock.
  final List<Lease> leases = new ArrayList<>(1); // open ones
  @Nullable OrderedKey key;
  private final List<MessageDelivery> deliveries = new ArrayList<>(1);
  private State state = State.PENDING;
  private boolean twice;
  private @Nullable Instant ackedAt;

  /**
   * A message that has just been published.
   *
   * @param lock the queue
   * @param twice whether its first delivery is followed by another one at once
   */
  SubscriptionMessage(Object lock, PubsubMessage message, boolean twice) {
    this.lock = lock;
    this.message = message;
    this.bytes = message.getSerializedSize();
    this.twice = twice;
  }

  /**
   * The message as it is sent.
   *
   * @return the message
   */
  public PubsubMessage message() {
    return message;
  }

  /**
   * What is the same in all of its deliveries, and in all subscriptions of its topic.
   *
   * @return the message id
   */
  public String id() {
    return message.getMessageId();
  }

  /**
   * Where it is now.
   *
   * @return the state
   */
  public State state() {
    synchronized (lock) {
      return state;
    }
  }

  /**
   * When it was sent to whom.
   *
   * @return all deliveries so far, in their order
   */
  public List<MessageDelivery> deliveries() {
    synchronized (lock) {
      return List.copyOf(deliveries);
    }
  }

  /**
   * When it was acknowledged, the last time.
   *
   * @return by the server's clock; empty if it never was in time
   */
  public Optional<Instant> ackedAt() {
    synchronized (lock) {
      return Optional.ofNullable(ackedAt);
    }
  }

  @Override
  public String toString() {
    synchronized (lock) {
      return "SubscriptionMessage["
          + id()
          + ", "
          + state
          + ", "
          + deliveries.size()
          + " deliveries]";
    }
  }

  // The rest is called with the lock held.

  State currentState() {
    return state;
  }

  void become(State next) {
    state = next;
  }

  int bytes() {
    return bytes;
  }

  int attempts() {
    return deliveries.size();
  }

  boolean takeTwice() {
    boolean taken = twice;
    twice = false;
    return taken;
  }

  void delivered(Lease lease, Instant now) {
    leases.add(lease);
    int stream = lease.stream == null ? 0 : lease.stream.number();
    var delivery = new MessageDelivery(id(), deliveries.size() + 1, lease.ackId, stream, now);
    lease.delivery = delivery;
    deliveries.add(delivery);
  }

  void acked(Instant now) {
    ackedAt = now;
  }
}
