package dev.infraevents.pubsub;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.foundries.FoundriesDecoder;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.MessageReader;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Instant;

/**
 * Reads what a {@link FoundriesPullSource} has brought: {@link dev.infraevents.Event#raw()} of its
 * events, for recordings. Stateless and thread-safe.
 */
public final class FoundriesPullDecoder implements MessageReader<FoundriesPayload> {

  private final FoundriesDecoder decoder = new FoundriesDecoder();

  /** Makes a decoder. */
  public FoundriesPullDecoder() {}

  /**
   * Reads a message.
   *
   * @param message a {@code google.pubsub.v1.PubsubMessage}
   * @param source the subscription that it came from
   * @param receivedAt when it arrived
   * @return the message, its payload not yet decoded
   * @throws DecodingException if it is no such message; quotes nothing of it
   */
  @Override
  public InboundMessage<FoundriesPayload> read(Bytes message, URI source, Instant receivedAt)
      throws DecodingException {
    try {
      PubsubMessage parsed = PubsubMessage.parseFrom(message.toByteArray());
      return decoder.read(PubSubMessages.of(parsed, null), source, receivedAt, Settlement.none());
    } catch (InvalidProtocolBufferException e) {
      throw new DecodingException(
          "Not a message of Pub/Sub, in " + message.size() + " bytes of protobuf", null);
    }
  }
}
