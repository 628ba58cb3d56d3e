package dev.infraevents.foundries;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.internal.foundries.EventKind;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Instant;

/**
 * Makes events of the Pub/Sub messages of a FoundriesFactory. Stateless and thread-safe.
 *
 * <p>Reading a message costs next to nothing: its type is an attribute, and the payload is looked
 * at in {@link InboundMessage#decode()} only, but for {@link InboundMessage#subject()}, which looks
 * for the device and reads no further.
 */
public final class FoundriesDecoder {

  /** Makes a decoder. */
  public FoundriesDecoder() {}

  /**
   * Reads the envelope of an event. Refuses nothing: what is no known type is an {@link
   * UnknownDeviceEvent}. Decoding the payload of a known type fails unless it is a JSON object that
   * names the device and the time; it is then a message that no consumer can handle, and nothing is
   * gained by having it delivered again.
   *
   * @param message the message
   * @param source the system it came from, without user info, such as {@link PubSubMessage#source}
   * @param receivedAt when it arrived
   * @param settlement how it is settled
   * @return the event, its payload not yet decoded
   */
  public InboundMessage<FoundriesPayload> read(
      PubSubMessage message, URI source, Instant receivedAt, Settlement settlement) {
    String eventType = message.attributes().getOrDefault(Foundries.PUBSUB_EVENT_TYPE, "");
    return new FoundriesMessage(
        message, EventKind.ofEventType(eventType), source, receivedAt, settlement);
  }

  /**
   * Reads an event out of a push, such as a recorded one: {@code ReplaySource.builder(new
   * FoundriesDecoder()::readPush)}. There is nothing to settle.
   *
   * @param body the body of the request
   * @param source the system it came from if the body does not say, without user info
   * @param receivedAt when it arrived
   * @return the event, its payload not yet decoded
   * @throws DecodingException as {@link PubSubMessage#ofPush} does
   */
  public InboundMessage<FoundriesPayload> readPush(Bytes body, URI source, Instant receivedAt)
      throws DecodingException {
    PubSubMessage message = PubSubMessage.ofPush(body);
    return read(message, message.source(source), receivedAt, Settlement.none());
  }
}
