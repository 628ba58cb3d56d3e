package dev.infraevents.pubsub;

import dev.infraevents.DecodingException;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Instant;

/**
 * Says what event a message of a subscription is.
 *
 * @param <P> the payload class
 */
@FunctionalInterface
interface PullDecoder<P> {

  /**
   * Reads a message.
   *
   * @param message the message
   * @param source the subscription
   * @param receivedAt when it arrived
   * @param settlement how it is settled
   * @return the event
   * @throws DecodingException if it is none; quotes nothing of it
   */
  InboundMessage<P> read(
      PubSubMessage message, URI source, Instant receivedAt, Settlement settlement)
      throws DecodingException;
}
