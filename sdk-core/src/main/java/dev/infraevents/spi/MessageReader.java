package dev.infraevents.spi;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import java.net.URI;
import java.time.Instant;

/**
 * Reads the messages of one source, as {@code new GarmDecoder()::read} does. Thread-safe.
 *
 * @param <P> the payload class
 */
@FunctionalInterface
public interface MessageReader<P> {

  /**
   * Reads the envelope of a message.
   *
   * @param message the whole message
   * @param source the address it came from, without user info
   * @param receivedAt when it arrived
   * @return the message, its payload not yet decoded
   * @throws DecodingException if it is no message of this source; quotes nothing of it
   */
  InboundMessage<P> read(Bytes message, URI source, Instant receivedAt) throws DecodingException;
}
