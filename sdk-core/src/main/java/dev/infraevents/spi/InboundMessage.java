package dev.infraevents.spi;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Envelope;
import dev.infraevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * One message as a transport read it: its envelope is known, its payload not yet decoded.
 *
 * @param <P> the payload class
 */
public interface InboundMessage<P> extends Envelope {

  /**
   * Decodes the payload. Called at most once, after the filter, on the thread that brought the
   * message.
   *
   * @return the event; null if only the payload shows that it is not wanted, which counts as
   *     filtered
   * @throws DecodingException if the payload can not be read; its message quotes no payload
   */
  @Nullable Event<P> decode() throws DecodingException;

  /**
   * Exactly what arrived.
   *
   * @return the whole message
   */
  Bytes raw();

  /**
   * By what the event is recognised when it is delivered again.
   *
   * @param event what {@link #decode} gave
   * @return its id; a connection that brings the events of several sources has to add theirs
   */
  default String dedupeId(Event<P> event) {
    return event.id();
  }

  /**
   * How it is settled.
   *
   * @return {@link Settlement#none()} where the source knows no acknowledgements
   */
  default Settlement settlement() {
    return Settlement.none();
  }

  /**
   * How often the source has delivered it, this time included.
   *
   * @return 1 where the source does not count
   */
  default int attempt() {
    return 1;
  }
}
