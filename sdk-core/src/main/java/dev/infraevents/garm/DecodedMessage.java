package dev.infraevents.garm;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.spi.InboundMessage;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message without an envelope, whose payload had to be read to know anything of it.
 *
 * @param event what it holds
 */
record DecodedMessage<P>(Event<P> event) implements InboundMessage<P> {

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
