package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.notification.Notification;
import java.util.ArrayList;
import java.util.List;

/** What has become of a notification so far. All methods are thread-safe. */
public final class EngFlowNotification {

  /** Where a notification is. */
  public enum State {
    /** It waits for a reader. */
    PENDING,
    /** A reader has it, or had it when its stream ended, and its window is still open. */
    OUTSTANDING,
    /** It was acknowledged in time and is gone. */
    ACKED,
    /** The server threw it away. */
    DISCARDED
  }

  private final Object lock;
  private final Notification message;

  // Guarded by lock.
  private final List<EngFlowDelivery> deliveries = new ArrayList<>(1);
  private final List<EngFlowAck> acks = new ArrayList<>(1);
  private State state = State.PENDING;
  private boolean twice;
  private int leases;

  /**
   * A notification that has just been published.
   *
   * @param lock the queue's
   * @param twice whether its first delivery is followed by another one at once
   */
  EngFlowNotification(Object lock, Notification message, boolean twice) {
    this.lock = lock;
    this.message = message;
    this.twice = twice;
  }

  /**
   * The notification as it is sent.
   *
   * @return the message, without a token
   */
  public Notification message() {
    return message;
  }

  /**
   * What is the same in all of its deliveries.
   *
   * @return the id
   */
  public String id() {
    return message.getId();
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
  public List<EngFlowDelivery> deliveries() {
    synchronized (lock) {
      return List.copyOf(deliveries);
    }
  }

  /**
   * The acknowledgements with one of its tokens.
   *
   * @return all so far, in their order, those that did not count included
   */
  public List<EngFlowAck> acks() {
    synchronized (lock) {
      return List.copyOf(acks);
    }
  }

  @Override
  public String toString() {
    synchronized (lock) {
      return "EngFlowNotification[" + id() + ", " + state + ", deliveries=" + deliveries + "]";
    }
  }

  // The rest is called with the lock held.

  boolean takeTwice() {
    boolean taken = twice;
    twice = false;
    return taken;
  }

  State currentState() {
    return state;
  }

  void become(State next) {
    state = next;
  }

  EngFlowDelivery delivered(EngFlowReader reader, String token) {
    var delivery =
        new EngFlowDelivery(id(), deliveries.size() + 1, reader.number(), token, reader.now());
    deliveries.add(delivery);
    leases++;
    return delivery;
  }

  void acknowledged(EngFlowAck ack) {
    acks.add(ack);
  }

  /** One delivery of it is over; says whether that was the last one. */
  boolean leaseOver() {
    return --leases == 0;
  }
}
