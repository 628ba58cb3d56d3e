package dev.infraevents.garm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.garm.EntityType.Kind;
import dev.infraevents.internal.json.Json;
import dev.infraevents.spi.InboundMessage;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event whose envelope is known. */
final class GarmMessage implements InboundMessage<GarmPayload> {

  private final Bytes frame;
  private final String text;
  private final URI source;
  private final Instant receivedAt;
  private final @Nullable EntityType<?> entityType;
  private final Kind<?> kind;
  private final @Nullable String subject;

  GarmMessage(
      Bytes frame,
      String text,
      URI source,
      Instant receivedAt,
      @Nullable EntityType<?> entityType,
      Kind<?> kind,
      @Nullable String subject) {
    this.frame = frame;
    this.text = text;
    this.source = source;
    this.receivedAt = receivedAt;
    this.entityType = entityType;
    this.kind = kind;
    this.subject = subject;
  }

  /** How a frame is called in an exception. */
  static String what(Bytes frame) {
    return "GARM event of " + frame.size() + " bytes";
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
    return subject;
  }

  @Override
  public Map<String, String> attributes() {
    return kind.attributes();
  }

  @Override
  public Bytes raw() {
    return frame;
  }

  @Override
  public Event<GarmPayload> decode() throws DecodingException {
    try (JsonParser parser = GarmDecoder.payload(text)) {
      int start = Json.startOfToken(parser);
      @Nullable GarmPayload typed = null;
      if (entityType != null) {
        typed = entityType.read(parser);
      } else {
        parser.skipChildren();
      }
      Bytes data = Bytes.ofUtf8(text.substring(start, Json.endOfValue(parser)));
      expectEnd(parser);
      return event(typed != null ? typed : new UnknownEntity(kind.entityType(), data), data);
    } catch (IOException e) {
      throw Json.undecodable(what(frame) + " (" + type() + ")", GarmDecoder.PAYLOAD_KEY, e);
    }
  }

  private void expectEnd(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      parser.nextToken();
      parser.skipChildren();
    }
    if (parser.nextToken() != null) {
      throw new DecodingException("Not a " + what(frame) + ": more follows it", null);
    }
  }

  @SuppressWarnings("unchecked") // the type's payload class is a GarmPayload, as is the payload
  private Event<GarmPayload> event(GarmPayload payload, Bytes data) {
    return Event.builder((EventType<GarmPayload>) kind.type())
        .source(source)
        .subject(subject)
        .time(payload.updatedAt())
        .receivedAt(receivedAt)
        .payload(payload)
        .data(data, Event.JSON)
        .raw(frame)
        .attributes(kind.attributes())
        .build();
  }
}
