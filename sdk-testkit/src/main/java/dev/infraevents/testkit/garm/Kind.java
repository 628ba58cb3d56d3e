package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of values, by what Go writes for the zero value of each. */
enum Kind {
  STRING,
  NUMBER,
  BOOL,
  TIME,
  BASE64,
  RAW,
  UUID,
  STRINGS,
  OBJECT,
  OBJECTS;

  static final String ZERO_TIME = "0001-01-01T00:00:00Z";
  static final String NIL_UUID = "00000000-0000-0000-0000-000000000000";

  static final Map<String, Kind> SCALARS =
      Map.of(
          "str", STRING,
          "num", NUMBER,
          "bool", BOOL,
          "time", TIME,
          "b64", BASE64,
          "raw", RAW,
          "uuid", UUID,
          "strs", STRINGS);

  /** What is written when nothing is set; objects are written by their shape. */
  JsonNode zero() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (this) {
      case STRING -> json.textNode("");
      case NUMBER -> json.numberNode(0);
      case BOOL -> json.booleanNode(false);
      case TIME -> json.textNode(ZERO_TIME);
      case UUID -> json.textNode(NIL_UUID);
      case OBJECT -> json.objectNode();
      case BASE64, RAW, STRINGS, OBJECTS -> json.nullNode();
    };
  }

  /** Whether Go's omitempty leaves the value out. It never does so for structs and times. */
  boolean isEmpty(JsonNode value) {
    return switch (this) {
      case STRING, BASE64 -> value.asText("").isEmpty();
      case NUMBER -> value.asText().equals("0");
      case BOOL -> !value.asBoolean();
      case STRINGS, OBJECTS -> value.isEmpty();
      case RAW -> value.isNull();
      case TIME, UUID, OBJECT -> false;
    };
  }

  /** Whether a value is of the kind. */
  boolean fits(@Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return true;
    }
    return switch (this) {
      case STRING, TIME, BASE64, UUID -> value.isTextual();
      case NUMBER -> value.isIntegralNumber();
      case BOOL -> value.isBoolean();
      case STRINGS, OBJECTS -> value.isArray();
      case OBJECT -> value.isObject();
      case RAW -> true;
    };
  }
}
