package dev.infraevents.testkit.pubsub;

import org.jspecify.annotations.Nullable;

/** A delivery until it is settled or its deadline is over. Guarded by the queue's lock. */
final class Lease {

  final SubscriptionMessage message;
  final String ackId;
  final long number;
  final @Nullable PubSubStream stream; // none if it was pulled by a single call

  @Nullable MessageDelivery delivery; // set at once
  long deadline; // by the queue's ticker; changed by Leases only
  boolean open = true;

  Lease(
      SubscriptionMessage message,
      String ackId,
      long number,
      @Nullable PubSubStream stream,
      long deadline) {
    this.message = message;
    this.ackId = ackId;
    this.number = number;
    this.stream = stream;
    this.deadline = deadline;
  }
}
