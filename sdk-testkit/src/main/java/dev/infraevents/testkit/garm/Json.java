package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON as Go reads it. */
final class Json {

  // Numbers are passed on as they were written.
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .build();
  private static final ObjectWriter GO = MAPPER.writer(new GoEscapes());
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

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** An object as a caller gave it. */
  static ObjectNode requireObject(String text) {
    return (ObjectNode)
        parse(text)
            .filter(JsonNode::isObject)
            .orElseThrow(() -> new IllegalArgumentException("not a JSON object"));
  }

  /** The text that Go writes: without white space, and fit to be put into HTML. */
  static String write(JsonNode value) {
    try {
      return GO.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
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

  /** What Go escapes besides what JSON demands. */
  private static final class GoEscapes extends CharacterEscapes {

    private static final long serialVersionUID = 1L;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      codes['<'] = ESCAPE_CUSTOM;
      codes['>'] = ESCAPE_CUSTOM;
      codes['&'] = ESCAPE_CUSTOM;
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return switch (character) {
        case '<', '>', '&', '\u2028', '\u2029' ->
            new SerializedString(String.format("\\u%04x", character));
        default -> null;
      };
    }
  }
}
