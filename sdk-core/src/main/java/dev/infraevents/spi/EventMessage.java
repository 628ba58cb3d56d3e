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
 * @param event what it holds
 * @param settlement how it is settled
 */
public record EventMessage<P>(Event<P> event, Settlement settlement) implements InboundMessage<P> {

  /**
   * Makes a message of a source that knows no acknowledgements.
   *
   * @param event what it holds
   */
  public EventMessage(Event<P> event) {
    this(event, Settlement.none());
  }

  @Override
  public EventType<?> type() {
    return event.type();
  }

  @Override
  public URI source() {
    return event.source();
  }

  @Override
  public @Nullable String subject() {
    return event.subject();
  }

  @Override
  public Map<String, String> attributes() {
    return event.attributes();
  }

  @Override
  public Bytes raw() {
    return event.raw();
  }

  @Override
  public Event<P> decode() {
    return event;
  }
}
