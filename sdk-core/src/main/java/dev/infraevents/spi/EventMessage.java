package dev.infraevents.spi;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message that had to be read as a whole to know anything of it.
 *
 * @param <P> the payload class
 */
public interface EventMessage<P> extends InboundMessage<P> {

  /**
   * Makes a message of a source that knows no acknowledgements.
   *
   * @param <P> the payload class
   * @param event what it holds
   * @return the message
   */
  static <P> EventMessage<P> of(Event<P> event) {
    return of(event, Settlement.none());
  }

  /**
   * Makes a message.
   *
   * @param <P> the payload class
   * @param event what it holds
   * @param settlement how it is settled
   * @return the message
   */
  static <P> EventMessage<P> of(Event<P> event, Settlement settlement) {
    return new SettledEvent<>(event, settlement);
  }

  /**
   * What it holds.
   *
   * @return the event
   */
  Event<P> event();

  @Override
  default EventType<?> type() {
    return event().type();
  }

  @Override
  default URI source() {
    return event().source();
  }

  @Override
  default @Nullable String subject() {
    return event().subject();
  }

  @Override
  default Map<String, String> attributes() {
    return event().attributes();
  }

  @Override
  default Bytes raw() {
    return event().raw();
  }

  @Override
  default Event<P> decode() {
    return event();
  }
}
