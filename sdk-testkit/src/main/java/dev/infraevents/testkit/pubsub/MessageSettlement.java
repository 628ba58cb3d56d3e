package dev.infraevents.testkit.pubsub;

import java.time.Instant;

/**
 * What a client has said about a delivery.
 *
 * @param kind what it was
 * @param messageId the message's
 * @param ackId the delivery's
 * @param seconds how long the new deadline is; 0 unless it is an extension
 * @param at when, by the server's clock
 * @param counted whether the delivery was open until then; of any other Pub/Sub takes no notice
 */
public record MessageSettlement(
    Kind kind, String messageId, String ackId, int seconds, Instant at, boolean counted) {

  /** What a client can say. */
  public enum Kind {
    /** It is done with it. */
    ACK,
    /** It wants it again: the deadline is now. */
    NACK,
    /** It needs more time. */
    EXTENSION
  }
}
