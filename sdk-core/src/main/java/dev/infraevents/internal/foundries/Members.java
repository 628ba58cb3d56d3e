package dev.infraevents.internal.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object, taken out one by one. A value of the wrong type is as good as absent,
 * but leaves a warning, and is among what is left in the end.
 */
final class Members {

  private static final int MAX_WARNINGS = 20;

  private final ObjectNode object;
  private final String path;
  private final List<String> warnings;
  private final Map<String, JsonNode> misfits = new LinkedHashMap<>();

  private Members(ObjectNode object, String path, List<String> warnings) {
    this.object = object;
    this.path = path;
    this.warnings = warnings;
  }

  /** The members of an event; takes the object over. */
  static Members of(ObjectNode object) {
    return new Members(object, "", new ArrayList<>(0));
  }

  /** A text; empty if absent. */
  String text(String name) {
    JsonNode value = take(name, JsonNode::isTextual, "a string");
    return value == null ? "" : value.textValue();
  }

  /** A flag; null if absent. */
  @Nullable Boolean flag(String name) {
    JsonNode value = take(name, JsonNode::isBoolean, "a boolean");
    return value == null ? null : value.booleanValue();
  }

  /** A 64-bit integer, which may be in quotes; null if absent, which "" is as well. */
  @Nullable Long number(String name) {
    JsonNode value = take(name, v -> v.isIntegralNumber() || v.isTextual(), "a number");
    if (value == null || (value.isTextual() && value.textValue().isEmpty())) {
      return null;
    }
    try {
      if (value.isTextual()) {
        return Long.valueOf(value.textValue());
      }
      if (value.canConvertToLong()) {
        return value.longValue();
      }
    } catch (NumberFormatException e) {
      // as below
    }
    misfit(name, value, "is no 64-bit number");
    return null;
  }

  /** Any object, unread; missing if absent. */
  JsonNode tree(String name) {
    JsonNode value = take(name, JsonNode::isObject, "an object");
    return value == null ? MissingNode.getInstance() : value;
  }

  /** An array of objects, without what is none; empty if absent. */
  <T> List<T> list(String name, Function<Members, T> element) {
    JsonNode array = take(name, JsonNode::isArray, "an array");
    if (array == null) {
      return List.of();
    }
    List<T> list = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      JsonNode value = array.get(i);
      if (value instanceof ObjectNode part) {
        list.add(element.apply(part(name, i, part)));
      } else if (!value.isNull()) {
        warn(name + "[" + i + "]", expected("an object", value));
      }
    }
    return Collections.unmodifiableList(list);
  }

  /** An object of objects, each empty if it is none; null if absent. */
  @Nullable <T> Map<String, T> map(String name, Function<Members, T> element) {
    JsonNode object = take(name, JsonNode::isObject, "an object");
    if (object == null) {
      return null;
    }
    Map<String, T> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      int i = map.size();
      JsonNode value = entry.getValue();
      if (!value.isObject() && !value.isNull()) {
        warn(name + "[" + i + "]", expected("an object", value));
      }
      ObjectNode part =
          value instanceof ObjectNode some ? some : JsonNodeFactory.instance.objectNode();
      map.put(entry.getKey(), element.apply(part(name, i, part)));
    }
    return Collections.unmodifiableMap(map);
  }

  /** Says that a value is of the right type and still no use. */
  void misfit(String name, JsonNode value, String why) {
    misfits.put(name, value);
    warn(name, why);
  }

  /** What has not been taken, or should not have been. To be asked for last. */
  Map<String, JsonNode> rest() {
    if (object.isEmpty() && misfits.isEmpty()) {
      return Map.of();
    }
    Map<String, JsonNode> rest = new LinkedHashMap<>(misfits);
    object.properties().forEach(entry -> rest.put(entry.getKey(), entry.getValue()));
    return Collections.unmodifiableMap(rest);
  }

  /** The warnings about the whole event. To be asked for last. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  private @Nullable JsonNode take(String name, Predicate<JsonNode> fits, String wanted) {
    JsonNode value = object.remove(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!fits.test(value)) {
      misfit(name, value, expected(wanted, value));
      return null;
    }
    return value;
  }

  private Members part(String name, int index, ObjectNode part) {
    return new Members(part, path + name + "[" + index + "].", warnings);
  }

  /** Says that something about a member is odd. */
  void warn(String name, String why) {
    if (warnings.size() < MAX_WARNINGS) {
      warnings.add(path + name + ": " + why);
    }
  }

  private static String expected(String wanted, JsonNode found) {
    String name =
        switch (found.getNodeType()) {
          case OBJECT -> "an object";
          case ARRAY -> "an array";
          case STRING -> "a string";
          case NUMBER -> "a number";
          case BOOLEAN -> "a boolean";
          case NULL -> "null";
          default -> "something else";
        };
    return "expected " + wanted + ", found " + name;
  }
}
