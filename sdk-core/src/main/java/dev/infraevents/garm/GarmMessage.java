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
  private final int payloadByte;
  private final URI source;
  private final Instant receivedAt;
  private final @Nullable EntityType<?> entityType;
  private final Kind<?> kind;
  private final @Nullable String subject;

  GarmMessage(
      Bytes frame,
      int payloadByte,
      URI source,
      Instant receivedAt,
      @Nullable EntityType<?> entityType,
      Kind<?> kind,
      @Nullable String subject) {
    this.frame = frame;
    this.payloadByte = payloadByte;
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
    byte[] content = frame.toUtf8Array();
    try {
      if (entityType == null) {
        Bytes data = Bytes.of(content, payloadByte, parseAll(content));
        return event(new UnknownEntity(kind.entityType(), data), data);
      }
      return typed(entityType, content);
    } catch (IOException e) {
      throw Json.undecodable(what(frame) + " (" + type() + ")", GarmDecoder.PAYLOAD_KEY, e);
    }
  }

  private Event<GarmPayload> typed(EntityType<?> known, byte[] content) throws IOException {
    try (JsonParser parser = Json.parser(content, payloadByte)) {
      parser.nextToken();
      GarmPayload payload = known.read(parser);
      int end = payloadByte + Json.endOfValueByte(parser);
      // GARM writes the payload last. Where someone in between has sorted the keys, the rest has to
      // be parsed to know whether it is well-formed.
      if (end != content.length - 1 || content[end] != '}') {
        parseAll(content);
      }
      return event(payload, Bytes.of(content, payloadByte, end));
    }
  }

  /** Reads the frame to its end, and says where its payload ends. */
  private int parseAll(byte[] content) throws IOException {
    int end = payloadByte;
    try (JsonParser parser = Json.parser(content, 0)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        parser.nextToken();
        boolean payload = Json.startOfTokenByte(parser) == payloadByte;
        parser.skipChildren();
        end = payload ? Json.endOfValueByte(parser) : end;
      }
      if (parser.nextToken() != null) {
        throw new DecodingException("Not a " + what(frame) + ": more follows it", null);
      }
    }
    return end;
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
