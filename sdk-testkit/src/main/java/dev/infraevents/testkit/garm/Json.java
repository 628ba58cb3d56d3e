package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/** JSON as Go reads it. */
final class Json {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectReader FIRST_VALUE = MAPPER.reader();
  private static final ObjectReader WHOLE_TEXT =
      FIRST_VALUE.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Json() {}

  /** The value that is the whole text, as {@code json.Unmarshal} reads it. */
  static Optional<JsonNode> parse(String text) {
    return read(WHOLE_TEXT, text);
  }

  /** The first value of the text whatever follows, as {@code json.Decoder} reads it. */
  static Optional<JsonNode> parseFirst(String text) {
    return read(FIRST_VALUE, text);
  }

  /** A field of an object; the case of its name does not matter, but the exact one is preferred. */
  static JsonNode field(JsonNode object, String name) {
    JsonNode exact = object.get(name);
    if (exact != null) {
      return exact;
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getKey().equalsIgnoreCase(name)) {
        return field.getValue();
      }
    }
    return MissingNode.getInstance();
  }

  /** Whether the value leaves a Go field at its zero value: absent or null. */
  static boolean isUnset(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static String quote(String text) {
    return JsonNodeFactory.instance.textNode(text).toString();
  }

  private static Optional<JsonNode> read(ObjectReader reader, String text) {
    try {
      JsonNode value = reader.readTree(text);
      return value == null || value.isMissingNode() ? Optional.empty() : Optional.of(value);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
