package dev.infraevents;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.infraevents.internal.json.Json;
import dev.infraevents.internal.json.Rfc3339;
import dev.infraevents.spi.PayloadCatalog;
import dev.infraevents.spi.PayloadCatalog.Entry;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one CloudEvent. */
final class CloudEventsReader {

  private static final Pattern ATTRIBUTE_NAME = Pattern.compile("[a-z0-9]+");
  private static final String BINARY = "application/octet-stream";

  private final Bytes message;
  private final String text;
  private final Map<String, String> attributes = new TreeMap<>();
  private @Nullable String data; // a slice of the text
  private @Nullable String base64;

  private CloudEventsReader(Bytes message) {
    this.message = message;
    this.text = message.utf8();
  }

  static Event<?> read(Bytes message) {
    CloudEventsReader reader = new CloudEventsReader(message);
    reader.scan();
    return reader.event();
  }

  private void scan() {
    try (JsonParser parser = Json.parser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw bad("it is no JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "data" -> data = slice(parser);
          case "data_base64" -> base64 = attribute(parser, key);
          default -> extension(parser, key);
        }
      }
      if (parser.nextToken() != null) {
        throw bad("more follows it");
      }
    } catch (IOException e) {
      throw bad(Json.reason("", e));
    }
  }

  private String slice(JsonParser parser) throws IOException {
    int start = Json.startOfToken(parser);
    parser.skipChildren();
    return text.substring(start, Json.endOfValue(parser));
  }

  /** The text of a scalar; null if it is null, which CloudEvents takes for absent. */
  private @Nullable String attribute(JsonParser parser, String key) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_STRING -> parser.getText();
      default -> throw bad("its " + key + " is no string");
    };
  }

  // Extensions of other senders may be anything. What can not be an attribute is still in raw().
  private void extension(JsonParser parser, String key) throws IOException {
    String value =
        switch (key) {
          case "specversion", "id", "source", "type", "subject", "time", "datacontenttype" ->
              attribute(parser, key);
          case CloudEvents.RECEIVED_AT -> attribute(parser, key);
          default ->
              parser.currentToken().isScalarValue() && !parser.hasToken(JsonToken.VALUE_NULL)
                  ? parser.getText()
                  : null;
        };
    parser.skipChildren();
    if (value != null && ATTRIBUTE_NAME.matcher(key).matches()) {
      attributes.put(key, value);
    }
  }

  private Event<?> event() {
    if (!"1.0".equals(attributes.remove("specversion"))) {
      throw bad("its specversion is not 1.0");
    }
    String type = required("type");
    Optional<Entry<?>> known =
        Catalogs.ALL.stream().flatMap(catalog -> catalog.find(type).stream()).findFirst();
    return known.isPresent() ? event(known.get()) : event(raw(type));
  }

  private static Entry<?> raw(String type) {
    return new Entry<>(
        EventType.of(type, CloudEvents.RawData.class),
        content -> new CloudEvents.RawData(type, content));
  }

  private <P> Event<P> event(Entry<P> entry) {
    Event.Builder<P> event =
        Event.builder(entry.type()).id(required("id")).source(source()).raw(message);
    String subject = attributes.remove("subject");
    event.subject(subject == null || subject.isEmpty() ? null : subject);
    event.time(time("time"));
    Instant receivedAt = time(CloudEvents.RECEIVED_AT);
    if (receivedAt != null) {
      event.receivedAt(receivedAt);
    }
    String contentType = contentType();
    Bytes content = content(contentType);
    return event
        .data(content, contentType)
        .payload(entry.decoder().decode(content))
        .attributes(attributes) // what is left of them
        .build();
  }

  private String required(String name) {
    String value = attributes.remove(name);
    if (value == null || value.isBlank()) {
      throw bad("it has no " + name);
    }
    return value;
  }

  private URI source() {
    try {
      return new URI(required("source"));
    } catch (URISyntaxException e) {
      throw bad("its source is no URI");
    }
  }

  private @Nullable Instant time(String name) {
    String value = attributes.remove(name);
    try {
      return value == null ? null : Rfc3339.parse(value);
    } catch (DateTimeException e) {
      throw bad("its " + name + " is no RFC 3339 timestamp");
    }
  }

  private String contentType() {
    String contentType = attributes.remove("datacontenttype");
    if (contentType != null) {
      return contentType;
    }
    return base64 == null ? Event.JSON : BINARY;
  }

  private Bytes content(String contentType) {
    if (base64 != null) {
      if (data != null) {
        throw bad("it has both data and data_base64");
      }
      return decoded(base64);
    }
    if (data == null) {
      return Bytes.EMPTY;
    }
    // Text of any other kind travels as a JSON string.
    boolean quoted = data.startsWith("\"") && !CloudEvents.isJson(contentType);
    return Bytes.ofUtf8(quoted ? unquoted(data) : data);
  }

  private Bytes decoded(String base64) {
    try {
      return Bytes.of(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw bad("its data_base64 is no base64");
    }
  }

  private String unquoted(String string) {
    try (JsonParser parser = Json.parser(string)) {
      parser.nextToken();
      return parser.getText();
    } catch (IOException e) {
      throw bad(Json.reason("data", e));
    }
  }

  private DecodingException bad(String why) {
    return new DecodingException(
        "Not a CloudEvent, in a message of " + message.size() + " bytes: " + why, null);
  }

  /** Looked up once. The catalogs are in this module or beside it, whatever thread asks first. */
  private static final class Catalogs {
    private static final List<PayloadCatalog> ALL =
        ServiceLoader.load(PayloadCatalog.class, PayloadCatalog.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
  }
}
