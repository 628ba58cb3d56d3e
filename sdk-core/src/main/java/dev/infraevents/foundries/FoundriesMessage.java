package dev.infraevents.foundries;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.internal.foundries.DeviceEvents;
import dev.infraevents.internal.foundries.EventKind;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event of which only the type has been looked at: most are filtered out by that. */
final class FoundriesMessage implements InboundMessage<FoundriesPayload> {

  private static final String BINARY = "application/octet-stream";

  private final PubSubMessage message;
  private final EventKind<?> kind;
  private final URI source;
  private final Instant receivedAt;
  private final Settlement settlement;

  // Made when asked for, racily: every writer stores equal content.
  private @Nullable Map<String, String> attributes;
  private @Nullable String scanned; // empty if the payload names no device

  FoundriesMessage(
      PubSubMessage message,
      EventKind<?> kind,
      URI source,
      Instant receivedAt,
      Settlement settlement) {
    this.message = message;
    this.kind = kind;
    this.source = source;
    this.receivedAt = receivedAt;
    this.settlement = settlement;
  }

  @Override
  public EventType<?> type() {
    return kind.type();
  }

  @Override
  public URI source() {
    return source;
  }

  @Override
  public @Nullable String subject() {
    String known = scanned;
    if (known == null) {
      String uuid = DeviceEvents.scanUuid(message.data());
      known = uuid == null ? "" : uuid;
      scanned = known;
    }
    return known.isEmpty() ? null : known;
  }

  @Override
  public Map<String, String> attributes() {
    Map<String, String> known = attributes;
    if (known == null) {
      known = collectAttributes();
      attributes = known;
    }
    return known;
  }

  private Map<String, String> collectAttributes() {
    Map<String, String> all = new HashMap<>();
    message
        .attributes()
        .forEach(
            (name, value) -> {
              if (Event.isAttributeName(name)) {
                all.put(name, value);
              }
            });
    put(all, Foundries.EVENT_TYPE, kind.eventType());
    Instant published = message.publishTime();
    put(all, Foundries.PUBLISH_TIME, published == null ? "" : published.toString());
    String key = message.orderingKey();
    put(all, Foundries.ORDERING_KEY, key == null ? "" : key);
    return Map.copyOf(all);
  }

  // An attribute of the message must not pass for what the message itself would have said.
  private static void put(Map<String, String> all, String name, String value) {
    if (value.isEmpty()) {
      all.remove(name);
    } else {
      all.put(name, value);
    }
  }

  @Override
  public Bytes raw() {
    return message.raw();
  }

  @Override
  public Settlement settlement() {
    return settlement;
  }

  @Override
  public int attempt() {
    return Math.max(1, message.deliveryAttempt());
  }

  @Override
  public Event<FoundriesPayload> decode() throws DecodingException {
    FoundriesPayload payload = kind.decode(message.data());
    return payload instanceof DeviceEvent event
        ? event(event, event.uuid(), event.time(), Event.JSON)
        : event(payload, subject(), null, contentType((UnknownDeviceEvent) payload));
  }

  private static String contentType(UnknownDeviceEvent event) {
    return event.json().isMissingNode() ? BINARY : Event.JSON;
  }

  @SuppressWarnings("unchecked") // the payload is of the type's class, which is a FoundriesPayload
  private Event<FoundriesPayload> event(
      FoundriesPayload payload,
      @Nullable String subject,
      @Nullable Instant time,
      String contentType) {
    Event.Builder<FoundriesPayload> event =
        Event.builder((EventType<FoundriesPayload>) kind.type());
    if (!message.id().isBlank()) { // else made of the content, as an event has to have one
      event.id(message.id());
    }
    return event
        .source(source)
        .subject(subject)
        .time(time)
        .receivedAt(receivedAt)
        .payload(payload)
        .data(message.data(), contentType)
        .raw(message.raw())
        .attributes(attributes())
        .build();
  }
}
