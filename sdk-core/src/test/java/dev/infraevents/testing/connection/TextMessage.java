package dev.infraevents.testing.connection;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.util.Map;

/** A message that is its own payload. */
public record TextMessage(String text, URI source, Settlement settlement)
    implements InboundMessage<String> {

  public static final EventType<String> TYPE = EventType.of("test.text", String.class);
  public static final URI SOURCE = URI.create("wss://events.example.com");

  public TextMessage(String text) {
    this(text, SOURCE, Settlement.none());
  }

  @Override
  public Event<String> decode() {
    return Event.builder(TYPE).source(source).payload(text).raw(raw()).build();
  }

  @Override
  public Bytes raw() {
    return Bytes.ofUtf8(text);
  }

  @Override
  public EventType<?> type() {
    return TYPE;
  }

  @Override
  public String subject() {
    return text;
  }

  @Override
  public Map<String, String> attributes() {
    return Map.of();
  }
}
