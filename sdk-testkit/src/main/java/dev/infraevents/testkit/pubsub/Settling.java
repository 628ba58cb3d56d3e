package dev.infraevents.testkit.pubsub;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How deliveries end, and what becomes of their messages. Guarded by the queue's lock. */
final class Settling {

  private final Leases leases;
  private final Backlog backlog;
  private final Census census;
  private final Redelivery redelivery;
  private final TimeSource time;
  private final List<MessageSettlement> settlements = new ArrayList<>();
  private List<SubscriptionMessage> deadLetters = new ArrayList<>();

  Settling(Leases leases, Backlog backlog, Census census, Redelivery redelivery, TimeSource time) {
    this.leases = leases;
    this.backlog = backlog;
    this.census = census;
    this.redelivery = redelivery;
    this.time = time;
  }

  List<MessageSettlement> settlements() {
    return settlements;
  }

  /** What has been delivered too often since the last call. */
  List<SubscriptionMessage> takeDeadLetters() {
    List<SubscriptionMessage> dead = deadLetters;
    if (!dead.isEmpty()) {
      deadLetters = new ArrayList<>();
    }
    return dead;
  }

  /**
   * Does what a client says about a delivery.
   *
   * @param seconds the new deadline, 0 for a nack; none for an acknowledgement
   * @param strict whether the client learns what is in vain
   * @param failure why it has to fail, if it has to
   * @return why it has failed; null if it has not, or nobody is to know
   */
  @Nullable String settle(
      Lease lease, @Nullable Integer seconds, boolean strict, @Nullable String failure) {
    String reason = failure;
    if (reason == null && !isOpen(lease)) {
      reason = AckIdFailures.INVALID;
    } else if (reason == null && seconds == null && strict && isEarly(lease.message)) {
      reason = AckIdFailures.UNORDERED;
    }
    Kind kind = seconds == null ? Kind.ACK : seconds == 0 ? Kind.NACK : Kind.EXTENSION;
    int extension = seconds == null ? 0 : seconds;
    settlements.add(
        new MessageSettlement(
            kind, lease.message.id(), lease.ackId, extension, time.now(), reason == null));
    if (reason == null) {
      switch (kind) {
        case ACK -> ack(lease);
        case NACK -> giveUp(lease);
        case EXTENSION ->
            leases.extend(lease, time.nanoTime() + TimeUnit.SECONDS.toNanos(extension));
      }
    }
    return failure != null || strict ? reason : null;
  }

  private boolean isOpen(Lease lease) {
    if (lease.open && lease.deadline - time.nanoTime() <= 0) {
      giveUp(lease); // the timer is late
    }
    return lease.open;
  }

  private static boolean isEarly(SubscriptionMessage message) {
    return message.key != null && !message.key.isFirst(message);
  }

  private void ack(Lease lease) {
    SubscriptionMessage message = lease.message;
    close(lease);
    message.acked(time.now());
    if (message.currentState() == State.OUTSTANDING) {
      census.become(message, State.ACKED);
    }
    if (message.key != null) {
      message.key.settle();
      backlog.offerReleased(message.key);
    }
  }

  private void close(Lease lease) {
    leases.close(lease);
    lease.message.leases.remove(lease);
  }

  /** Ends all deliveries whose deadline is over. */
  void expire() {
    long now = time.nanoTime();
    Lease first = leases.first();
    while (first != null && first.deadline - now <= 0) {
      giveUp(first);
      first = leases.first();
    }
  }

  /** A delivery has failed. */
  private void giveUp(Lease lease) {
    close(lease);
    SubscriptionMessage message = lease.message;
    OrderedKey key = message.key;
    if (!message.leases.isEmpty() || message.currentState() != State.OUTSTANDING) {
      if (key != null) {
        key.settle();
        backlog.offerReleased(key);
      }
    } else if (key != null) {
      redeliver(message, key);
    } else if (redelivery.isExhausted(message)) {
      bury(message);
    } else {
      census.become(message, State.PENDING);
      long pause = redelivery.pauseNanos(message);
      if (pause > 0) {
        backlog.pause(message, time.nanoTime() + pause);
      } else {
        backlog.add(message);
      }
    }
  }

  private void redeliver(SubscriptionMessage message, OrderedKey key) {
    for (SubscriptionMessage later : key.takeBack(message)) {
      List.copyOf(later.leases).forEach(this::close);
      census.become(later, State.PENDING);
    }
    if (redelivery.isExhausted(message)) {
      key.drop(message);
      bury(message);
    }
    long pause = redelivery.pauseNanos(message);
    if (pause > 0) {
      backlog.pause(key, time.nanoTime() + pause);
    } else {
      backlog.offerReleased(key);
    }
  }

  private void bury(SubscriptionMessage message) {
    census.become(message, State.DEAD_LETTERED);
    deadLetters.add(message);
  }
}
