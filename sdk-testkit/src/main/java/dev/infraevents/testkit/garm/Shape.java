package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one kind of object is written, key by key, in each version. */
final class Shape {

  /**
   * One key.
   *
   * @param key its name since 0.1.6
   * @param shape the shape of nested objects, else empty
   * @param pointer whether it is absent when not set, and present when set to zero
   * @param presence {@code A}, {@code O} or {@code O6}
   * @param since the first release that has it
   * @param was its name before 0.1.6
   * @param hidden the letters of the views that do not fill it in
   */
  record Field(
      String key,
      Kind kind,
      String shape,
      boolean pointer,
      String presence,
      String since,
      String was,
      String hidden) {

    String nameIn(GarmVersion version) {
      return version.has("0.1.6") ? key : was;
    }

    private boolean isOmitted(JsonNode value, GarmVersion version) {
      boolean whenEmpty = presence.equals("O") || (presence.equals("O6") && version.has("0.1.6"));
      return whenEmpty && kind.isEmpty(value);
    }
  }

  private final String name;
  private final List<Field> fields;
  private final Map<String, String> options;

  Shape(String name, List<Field> fields, Map<String, String> options) {
    this.name = name;
    this.fields = fields;
    this.options = options;
  }

  String name() {
    return name;
  }

  List<Field> fields() {
    return fields;
  }

  boolean isEntity() {
    return options.containsKey("id");
  }

  /** The release that knows the type of entity. */
  String since() {
    return options.getOrDefault("since", "0.1.5");
  }

  /** Whether an update that changes nothing is not emitted. */
  boolean isQuiet() {
    return options.containsKey("quiet");
  }

  boolean hasNumbers() {
    return options.getOrDefault("id", "").equals("number");
  }

  /** The key that identifies an entity. */
  String idKey() {
    String id = options.getOrDefault("id", "");
    return id.equals("uuid") || id.equals("number") ? "id" : id;
  }

  boolean has(String key) {
    return fields.stream().anyMatch(field -> field.key.equals(key));
  }

  /** Writes an entity as it is shown somewhere. */
  ObjectNode write(JsonNode entity, GarmVersion version, View view) {
    ObjectNode written = Json.object();
    for (Field field : fields) {
      if (version.has(field.since)) {
        JsonNode value = isShown(field, version, view) ? entity.get(field.key) : null;
        JsonNode json = write(field, value, version);
        if (json != null) {
          written.set(field.nameIn(version), json);
        }
      }
    }
    return written;
  }

  /** Empties what a view does not show in an object that is written already. */
  ObjectNode hide(ObjectNode written, GarmVersion version, View view) {
    ObjectNode copy = written.deepCopy();
    for (Field field : fields) {
      if (view.isIn(field.hidden) && copy.has(field.nameIn(version))) {
        JsonNode zero = write(field, null, version);
        if (zero == null) {
          copy.remove(field.nameIn(version));
        } else {
          copy.set(field.nameIn(version), zero);
        }
      }
    }
    return copy;
  }

  /** Reads an object that was written already, in any version. */
  ObjectNode adopt(ObjectNode written) {
    ObjectNode adopted = Json.object();
    for (Map.Entry<String, JsonNode> entry : written.properties()) {
      Field field = field(entry.getKey());
      adopted.set(field == null ? entry.getKey() : field.key, entry.getValue());
    }
    return adopted;
  }

  /**
   * Checks what a test says about an entity, so that a typing error does not go unnoticed.
   *
   * @return the same with the names of today
   * @throws IllegalArgumentException if a key is not known or has another kind of value
   */
  ObjectNode check(ObjectNode given) {
    ObjectNode checked = Json.object();
    for (Map.Entry<String, JsonNode> entry : given.properties()) {
      Field field = field(entry.getKey());
      if (field == null) {
        throw new IllegalArgumentException("a " + name + " has no key " + entry.getKey());
      }
      if (!field.kind.fits(entry.getValue())) {
        throw new IllegalArgumentException(
            name + "." + entry.getKey() + " is of another kind: " + entry.getValue());
      }
      checked.set(field.key, check(field, entry.getValue()));
    }
    return checked;
  }

  private static JsonNode check(Field field, JsonNode value) {
    if (field.shape.isEmpty() || value.isNull()) {
      return value;
    }
    Shape shape = Shapes.of(field.shape);
    if (field.kind == Kind.OBJECT) {
      return shape.check((ObjectNode) value);
    }
    ArrayNode list = Json.array();
    for (JsonNode element : value) {
      if (!element.isObject()) {
        throw new IllegalArgumentException(field.key + " is a list of objects");
      }
      list.add(shape.check((ObjectNode) element));
    }
    return list;
  }

  private @Nullable Field field(String key) {
    return fields.stream()
        .filter(field -> field.key.equals(key) || field.was.equals(key))
        .findFirst()
        .orElse(null);
  }

  private boolean isShown(Field field, GarmVersion version, View view) {
    String old = version.has("0.2.0-beta1") ? null : options.get("delete-before-0.2.0-beta1");
    String keys = old == null ? options.get("delete") : old;
    if (view != View.DELETE_EVENT || keys == null) {
      return !view.isIn(field.hidden);
    }
    return List.of(keys.split(",")).contains(field.key);
  }

  /** What is written for a value; null if the key is left out. */
  private static @Nullable JsonNode write(
      Field field, @Nullable JsonNode value, GarmVersion version) {
    boolean unset = value == null || value.isNull();
    JsonNode set = value == null || unset ? field.kind.zero() : value;
    if (field.pointer ? unset : field.isOmitted(set, version)) {
      return null;
    }
    if (field.kind == Kind.OBJECT) {
      return Shapes.of(field.shape).write(set, version, View.NESTED);
    }
    if (field.kind == Kind.OBJECTS && !set.isNull()) {
      ArrayNode list = Json.array();
      set.forEach(element -> list.add(Shapes.of(field.shape).write(element, version, View.NESTED)));
      return list;
    }
    return set;
  }
}
