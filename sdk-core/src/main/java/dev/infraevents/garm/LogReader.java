package dev.infraevents.garm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.infraevents.OpenEnum;
import dev.infraevents.internal.garm.GarmJson;
import dev.infraevents.internal.json.Json;
import dev.infraevents.internal.json.Rfc3339;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one log line, whatever its form. */
final class LogReader {

  private static final ObjectReader ANY = GarmJson.reader(JsonNode.class);

  private @Nullable Instant time;
  private OpenEnum<LogLevel> level = OpenEnum.of(LogLevel.class, "");
  private @Nullable String message;
  private final Map<String, JsonNode> attributes = new LinkedHashMap<>();

  private LogReader() {}

  /**
   * A line, and what it was made of.
   *
   * @param line the line
   * @param json the object that it was, or null if it was text
   */
  record Result(LogLine line, @Nullable String json) {}

  static Result read(String text) {
    String stripped = text.strip();
    var object = new LogReader();
    if (stripped.startsWith("{") && object.readObject(stripped)) {
      return new Result(object.line(), stripped);
    }
    var pairs = new LogReader();
    boolean isLine = pairs.readPairs(stripped) && pairs.message != null;
    return new Result(isLine ? pairs.line() : plain(text.stripTrailing()), null);
  }

  private static LogLine plain(String text) {
    return new LogLine(null, OpenEnum.of(LogLevel.class, ""), text, Map.of());
  }

  private LogLine line() {
    return new LogLine(time, level, message == null ? "" : message, attributes);
  }

  private boolean readObject(String text) {
    try (JsonParser parser = Json.parser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        put(key, ANY.readTree(parser));
      }
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean readPairs(String text) {
    var pairs = new LogPairs(text);
    while (pairs.next()) {
      put(pairs.key(), TextNode.valueOf(pairs.value()));
    }
    return pairs.isComplete();
  }

  // The logger writes its own three fields first: another of the same name is an attribute.
  private void put(String key, JsonNode value) {
    boolean own =
        value.isTextual()
            && switch (key) {
              case "time" -> time == null && isTime(value.textValue());
              case "level" -> !level.isSet() && isLevel(value.textValue());
              case "msg" -> message == null && isMessage(value.textValue());
              default -> false;
            };
    if (!own) {
      attributes.put(key, value);
    }
  }

  private boolean isTime(String text) {
    try {
      time = Rfc3339.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private boolean isLevel(String text) {
    level = OpenEnum.of(LogLevel.class, text);
    return level.isSet();
  }

  private boolean isMessage(String text) {
    message = text;
    return true;
  }
}
