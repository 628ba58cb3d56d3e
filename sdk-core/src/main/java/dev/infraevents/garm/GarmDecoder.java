package dev.infraevents.garm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.garm.EntityType.Identity;
import dev.infraevents.garm.EntityType.Kind;
import dev.infraevents.internal.json.Json;
import dev.infraevents.spi.EventMessage;
import dev.infraevents.spi.InboundMessage;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of GARM's websockets. Stateless and thread-safe.
 *
 * <p>Reading an event costs little: the envelope and the identity of the entity are at its
 * beginning, and the rest is looked at in {@link InboundMessage#decode()} only. So a message that
 * is malformed further down is noticed only if it is wanted.
 */
public final class GarmDecoder {

  static final String ENTITY_TYPE_KEY = "entity-type";
  static final String OPERATION_KEY = "operation";
  static final String PAYLOAD_KEY = "payload";

  /** Makes a decoder. */
  public GarmDecoder() {}

  /**
   * Reads the envelope of an event. Keys must be spelled exactly as the server spells them.
   *
   * @param frame the whole text message
   * @param source the address of the server, without user info
   * @param receivedAt when it arrived
   * @return the event, its payload not yet decoded
   * @throws DecodingException if it is no event: not a JSON object, or without {@code entity-type},
   *     {@code operation} or {@code payload}; the message quotes nothing of it
   */
  public InboundMessage<GarmPayload> read(Bytes frame, URI source, Instant receivedAt)
      throws DecodingException {
    String text = frame.utf8();
    try {
      FrameHead scanned = FrameScan.head(text);
      FrameHead head = scanned != null ? scanned : parse(frame, text);
      @Nullable EntityType<?> known = Garm.entityType(head.entityType()).orElse(null);
      boolean object = text.charAt(head.payload()) == '{';
      if (known != null && !object) {
        throw noEvent(frame, "its payload is no object");
      }
      Identity identity = known == null ? Identity.ID : known.identity();
      Kind<?> kind =
          known == null
              ? Kind.of(head.entityType(), head.operation(), UnknownEntity.class)
              : known.kind(head.operation());
      String subject = object ? identity.scan(text, head.payload()) : null;
      return new GarmMessage(frame, head.payloadByte(), source, receivedAt, known, kind, subject);
    } catch (IOException e) {
      throw Json.undecodable(GarmMessage.what(frame), "frame", e);
    }
  }

  /** Reads an envelope in any JSON, up to the last of its keys. */
  private static FrameHead parse(Bytes frame, String text) throws IOException {
    try (JsonParser parser = Json.parser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw noEvent(frame, "it is no JSON object");
      }
      String entityType = null;
      String operation = null;
      int payload = -1;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (key) {
          case ENTITY_TYPE_KEY -> entityType = word(frame, parser, key);
          case OPERATION_KEY -> operation = word(frame, parser, key);
          case PAYLOAD_KEY ->
              payload = value == JsonToken.VALUE_NULL ? -1 : Json.startOfToken(parser);
          default -> {}
        }
        if (entityType != null && operation != null && payload >= 0) {
          int payloadByte = Bytes.ofUtf8(text.substring(0, payload)).size();
          return new FrameHead(entityType, operation, payload, payloadByte);
        }
        parser.skipChildren();
      }
      throw noEvent(frame, "it has no " + missing(entityType, operation));
    }
  }

  /**
   * Reads a message of the log. There is no envelope: it is read as a whole.
   *
   * @param frame the whole text message
   * @param source the address of the server, without user info
   * @param receivedAt when it arrived
   * @return an event of type {@link Garm#LOG}; nothing is refused
   */
  public InboundMessage<LogLine> readLog(Bytes frame, URI source, Instant receivedAt) {
    LogReader.Result read = LogReader.read(frame.utf8());
    LogLine line = read.line();
    String json = read.json();
    Event.Builder<LogLine> event =
        Event.builder(Garm.LOG)
            .source(source)
            .time(line.time())
            .receivedAt(receivedAt)
            .payload(line)
            .data(
                json == null ? frame : Bytes.ofUtf8(json), json == null ? "text/plain" : Event.JSON)
            .raw(frame);
    if (line.level().isSet()) {
      event.attribute(Garm.LEVEL, line.level().text());
    }
    return EventMessage.of(event.build());
  }

  /**
   * Reads a message of the metrics. There is no envelope: it is read as a whole.
   *
   * @param frame the whole text message
   * @param source the address of the server, without user info
   * @param receivedAt when it arrived
   * @return an event of type {@link Garm#METRICS}
   * @throws DecodingException if it is no such snapshot; the message quotes nothing of it
   */
  public InboundMessage<Metrics> readMetrics(Bytes frame, URI source, Instant receivedAt)
      throws DecodingException {
    return EventMessage.of(
        Event.builder(Garm.METRICS)
            .source(source)
            .receivedAt(receivedAt)
            .payload(Metrics.decode(frame))
            .data(frame, Event.JSON)
            .raw(frame)
            .build());
  }

  private static @Nullable String word(Bytes frame, JsonParser parser, String key)
      throws IOException {
    if (parser.hasToken(JsonToken.VALUE_NULL)) {
      return null;
    }
    if (!parser.hasToken(JsonToken.VALUE_STRING)) {
      throw noEvent(frame, "its " + key + " is no string");
    }
    String word = parser.getText();
    return word.isBlank() ? null : word;
  }

  private static String missing(@Nullable String entityType, @Nullable String operation) {
    return entityType == null ? ENTITY_TYPE_KEY : operation == null ? OPERATION_KEY : PAYLOAD_KEY;
  }

  private static DecodingException noEvent(Bytes frame, String why) {
    return new DecodingException("Not a " + GarmMessage.what(frame) + ": " + why, null);
  }
}
