package dev.infraevents.garm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.garm.EntityType.Identity;
import dev.infraevents.garm.EntityType.Kind;
import dev.infraevents.internal.json.Json;
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
    try (JsonParser parser = Json.parser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw noEvent(frame, "it is no JSON object");
      }
      String entityType = null;
      String operation = null;
      boolean payload = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (key) {
          case ENTITY_TYPE_KEY -> entityType = word(frame, parser, key);
          case OPERATION_KEY -> operation = word(frame, parser, key);
          case PAYLOAD_KEY -> {
            payload = value != JsonToken.VALUE_NULL;
            if (payload && entityType != null && operation != null) {
              return message(frame, text, source, receivedAt, entityType, operation, parser);
            }
            parser.skipChildren();
          }
          default -> parser.skipChildren();
        }
      }
      if (entityType == null || operation == null || !payload) {
        throw noEvent(frame, "it has no " + missing(entityType, operation));
      }
      // GARM writes the payload last; someone in between has sorted the keys.
      try (JsonParser again = payload(text)) {
        return message(frame, text, source, receivedAt, entityType, operation, again);
      }
    } catch (IOException e) {
      throw Json.undecodable(GarmMessage.what(frame), "", e);
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
    return new DecodedMessage<>(event.build());
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
    return new DecodedMessage<>(
        Event.builder(Garm.METRICS)
            .source(source)
            .receivedAt(receivedAt)
            .payload(Metrics.decode(frame))
            .data(frame, Event.JSON)
            .raw(frame)
            .build());
  }

  /** A parser on the first token of the payload. */
  static JsonParser payload(String text) throws IOException {
    JsonParser parser = Json.parser(text);
    parser.nextToken();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals(PAYLOAD_KEY);
      parser.nextToken();
      if (found) {
        break;
      }
      parser.skipChildren();
    }
    return parser;
  }

  private static GarmMessage message(
      Bytes frame,
      String text,
      URI source,
      Instant receivedAt,
      String entityType,
      String operation,
      JsonParser payload)
      throws IOException {
    @Nullable EntityType<?> known = Garm.entityType(entityType).orElse(null);
    boolean object = payload.hasToken(JsonToken.START_OBJECT);
    if (known != null && !object) {
      throw noEvent(frame, "its payload is no object");
    }
    Identity identity = known == null ? Identity.ID : known.identity();
    String subject = object ? identity.scan(payload) : null;
    Kind<?> kind =
        known == null ? Kind.of(entityType, operation, UnknownEntity.class) : known.kind(operation);
    return new GarmMessage(frame, text, source, receivedAt, known, kind, subject);
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
