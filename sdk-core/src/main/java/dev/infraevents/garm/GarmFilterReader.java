package dev.infraevents.garm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.internal.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a filter from JSON and says clearly what is wrong with it. */
final class GarmFilterReader {

  // What the server reads of one message: 16 KiB up to 0.2.0-alpha, this much since.
  private static final int MAX_BYTES = 1 << 20;

  private static final int MAX_QUOTE = 40;

  private static final String SEND_EVERYTHING = "send-everything";
  private static final String FILTERS = "filters";
  private static final String ENTITY_TYPE = GarmDecoder.ENTITY_TYPE_KEY;
  private static final String OPERATIONS = "operations";

  private final JsonParser parser;
  private final GarmFilter.Builder builder = GarmFilter.builder();

  private GarmFilterReader(JsonParser parser) {
    this.parser = parser;
  }

  static GarmFilter read(String json) {
    int size = Bytes.ofUtf8(json).size();
    if (size > MAX_BYTES) {
      throw bad("it has " + size + " bytes and the server takes at most " + MAX_BYTES);
    }
    try (JsonParser parser = Json.parser(json)) {
      return new GarmFilterReader(parser).message();
    } catch (IOException e) {
      throw bad("it is " + Json.reason("", e));
    }
  }

  private GarmFilter message() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null || (first != JsonToken.START_OBJECT && first != JsonToken.VALUE_NULL)) {
      throw bad("it must be a JSON object, such as " + GarmFilter.everything().toJson());
    }
    boolean everything = false;
    boolean entries = false;
    if (first == JsonToken.START_OBJECT) {
      Set<String> seen = new HashSet<>();
      for (String key = key(seen, ""); key != null; key = key(seen, "")) {
        switch (key) {
          case SEND_EVERYTHING -> everything = flag(key);
          case FILTERS -> entries = entries();
          default -> throw unknownKey(key, "", SEND_EVERYTHING, FILTERS);
        }
      }
    }
    if (parser.nextToken() != null) {
      throw bad("something follows the JSON object");
    }
    if (everything) {
      return GarmFilter.everything();
    }
    if (!entries) {
      throw bad(
          "it asks for nothing; the server would ignore it and stay silent. Give \""
              + SEND_EVERYTHING
              + "\":true or at least one entry in \""
              + FILTERS
              + "\"");
    }
    return builder.build();
  }

  private boolean entries() throws IOException {
    if (!array(FILTERS)) {
      return false;
    }
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      entry(FILTERS + "[" + count + "]");
      count++;
    }
    return count > 0;
  }

  private void entry(String path) throws IOException {
    if (!parser.hasToken(JsonToken.START_OBJECT)) {
      throw bad(path + " must be an object");
    }
    String within = path + ".";
    EntityType<?> entityType = null;
    List<Operation> operations = List.of();
    Set<String> seen = new HashSet<>();
    for (String key = key(seen, within); key != null; key = key(seen, within)) {
      switch (key) {
        case ENTITY_TYPE -> entityType = entityType(within + key);
        case OPERATIONS -> operations = operations(within + key);
        default -> throw unknownKey(key, within, ENTITY_TYPE, OPERATIONS);
      }
    }
    if (entityType == null) {
      throw bad(path + " has no \"" + ENTITY_TYPE + "\", which is required");
    }
    builder.on(entityType, operations);
  }

  private EntityType<?> entityType(String path) throws IOException {
    String word = string(path);
    return Garm.entityType(word)
        .orElseThrow(
            () ->
                bad(
                    path
                        + " is "
                        + quote(word)
                        + ", which is none of the entity types "
                        + Garm.entityTypes().stream()
                            .map(EntityType::name)
                            .collect(Collectors.joining(", "))));
  }

  private List<Operation> operations(String path) throws IOException {
    List<Operation> operations = new ArrayList<>();
    if (array(path)) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        operations.add(operation(path + "[" + operations.size() + "]"));
      }
    }
    return operations;
  }

  private Operation operation(String path) throws IOException {
    String word = string(path);
    return Arrays.stream(Operation.values())
        .filter(operation -> operation.wireName().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                bad(
                    path
                        + " is "
                        + quote(word)
                        + ", which is none of the operations create, update, delete"));
  }

  /** The next key, its value being the current token; null at the end of the object. */
  private @Nullable String key(Set<String> seen, String within) throws IOException {
    if (parser.nextToken() != JsonToken.FIELD_NAME) {
      return null;
    }
    String key = parser.currentName();
    if (!seen.add(key)) {
      throw bad("the key " + quote(within + key) + " is there twice");
    }
    parser.nextToken();
    return key;
  }

  // As on the server, null is the same as leaving the key out.
  private boolean flag(String path) {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE, VALUE_NULL -> false;
      default -> throw bad(path + " must be true or false");
    };
  }

  private boolean array(String path) {
    if (parser.hasToken(JsonToken.VALUE_NULL)) {
      return false;
    }
    if (!parser.hasToken(JsonToken.START_ARRAY)) {
      throw bad(path + " must be an array");
    }
    return true;
  }

  private String string(String path) throws IOException {
    if (!parser.hasToken(JsonToken.VALUE_STRING)) {
      throw bad(path + " must be a string");
    }
    return parser.getText();
  }

  private static ConfigurationException unknownKey(
      String key, String within, String first, String second) {
    String why =
        key.equals("send_everything") || key.equals("entity_type")
            ? "; the server silently ignores this spelling, write " + quote(key.replace('_', '-'))
            : "; the keys are " + quote(first) + " and " + quote(second);
    return bad("the key " + quote(within + key) + " is unknown" + why);
  }

  private static String quote(String text) {
    String shown = text.length() <= MAX_QUOTE ? text : text.substring(0, MAX_QUOTE) + "...";
    return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
  }

  private static ConfigurationException bad(String why) {
    return new ConfigurationException("Not a usable GARM filter: " + why + ".", null);
  }
}
