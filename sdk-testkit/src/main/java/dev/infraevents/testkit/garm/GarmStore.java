package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The tables of one server: what the REST API shows. Not thread-safe; {@link GarmEntities} and the
 * REST routes hold its monitor, and for as long as they need one consistent picture.
 */
final class GarmStore {

  /**
   * One row.
   *
   * @param json a value that is never changed: today's names and everything that was ever set, or,
   *     if it is verbatim, the payload of an event as a test emitted it
   */
  record Row(ObjectNode json, boolean verbatim) {}

  private final GarmVersion version;
  private final Map<String, Map<String, Row>> tables = new HashMap<>();
  private final Map<String, Long> lastNumbers = new HashMap<>();

  GarmStore(GarmVersion version) {
    this.version = version;
  }

  GarmVersion version() {
    return version;
  }

  /** The key of an entity, from its JSON; null if that does not identify any. */
  static @Nullable String key(Shape shape, JsonNode json) {
    String id = json.path(shape.idKey()).asText("");
    return id.isEmpty() || id.equals("0") ? null : normal(shape, id);
  }

  /** Endpoints match without regard to case. */
  static String normal(Shape shape, String key) {
    return shape.idKey().equals("name") ? key.toLowerCase(Locale.ROOT) : key;
  }

  @Nullable Row row(Shape shape, String key) {
    if (shape.name().equals("controller")) {
      return table("controller").values().stream().findFirst().orElse(null);
    }
    Row row = table(shape.name()).get(normal(shape, key));
    return row == null && shape.name().equals("instance") ? byName(key) : row;
  }

  private @Nullable Row byName(String name) {
    return table("instance").values().stream()
        .filter(row -> row.json().path("name").asText().equals(name))
        .findFirst()
        .orElse(null);
  }

  void put(Shape shape, String key, Row row) {
    table(shape.name()).put(key, row);
    if (shape.hasNumbers()) {
      lastNumbers.merge(shape.name(), row.json().path("id").asLong(), Math::max);
    }
  }

  long nextNumber(Shape shape) {
    return lastNumbers.merge(shape.name(), 1L, Long::sum);
  }

  /** Removes an entity, and what the database removes or forgets with it without a word. */
  void remove(Shape shape, String key) {
    Row row = table(shape.name()).remove(key);
    if (row == null) {
      return;
    }
    if (shape.name().equals("instance")) {
      String job = row.json().path("job").path("id").asText("");
      table("job").remove(job);
    }
    String reference = ownerKey(shape.name());
    if (!reference.isEmpty()) {
      table("job").replaceAll((id, jobRow) -> without(jobRow, reference, key));
    }
  }

  private static Row without(Row row, String reference, String key) {
    if (!row.json().path(reference).asText().equals(key)) {
      return row;
    }
    return new Row(row.json().deepCopy().without(reference), row.verbatim());
  }

  /** The key by which pools, scale sets and jobs name an owner of a type; empty for no owner. */
  static String ownerKey(String entityType) {
    return switch (entityType) {
      case "repository" -> "repo_id";
      case "organization" -> "org_id";
      case "enterprise" -> "enterprise_id";
      case "forge_instance" -> "forge_instance_id";
      default -> "";
    };
  }

  /** Makes the state what an event says that a test emitted word for word. */
  void apply(String entityType, String operation, JsonNode payload) {
    Optional<Shape> known = Shapes.entity(entityType);
    if (known.isEmpty() || !payload.isObject()) {
      return;
    }
    Shape shape = known.get();
    ObjectNode json = (ObjectNode) payload;
    String key = key(shape, json);
    switch (operation) {
      case "create", "update" -> {
        if (shape.name().equals("controller")) {
          applyController(shape, json);
        } else if (key != null) {
          put(shape, key, new Row(json, true));
        }
      }
      case "delete" -> {
        Row row = row(shape, key == null ? json.path("name").asText() : key);
        String id = row == null ? null : key(shape, row.json());
        if (id != null) {
          remove(shape, id);
        }
      }
      default -> {} // no version knows it
    }
  }

  /** There is one only, and its host name is in no event. */
  private void applyController(Shape shape, ObjectNode json) {
    ObjectNode changed = shape.adopt(json);
    Row old = row(shape, "");
    if (old != null) {
      changed.set("controller_id", old.json().get("controller_id"));
      changed.set("hostname", old.json().get("hostname"));
    }
    put(shape, GarmController.ID, new Row(changed, false));
  }

  Optional<ObjectNode> show(Shape shape, String key, View view) {
    return Optional.ofNullable(row(shape, key)).map(row -> show(shape, row, view));
  }

  /** All entities of a type that are wanted, the oldest first. */
  List<ObjectNode> list(Shape shape, Predicate<JsonNode> wanted, View view) {
    List<ObjectNode> list = new ArrayList<>();
    for (Row row : table(shape.name()).values()) {
      if (wanted.test(row.json())) {
        list.add(show(shape, row, view));
      }
    }
    return list;
  }

  /** An entity as it is shown somewhere, together with what it embeds of others. */
  ObjectNode show(Shape shape, Row row, View view) {
    if (row.verbatim()) {
      return shape.hide(row.json(), version, view);
    }
    ObjectNode whole = row.json();
    String ownerKey = ownerKey(shape.name());
    String id = whole.path("id").asText();
    if (shape.has("instances")) {
      String reference = shape.name().equals("pool") ? "pool_id" : "scale_set_id";
      whole = whole.deepCopy();
      whole.set("instances", referringTo(id, "instance", reference));
    } else if (!ownerKey.isEmpty()) {
      whole = whole.deepCopy();
      whole.set("pool", referringTo(id, "pool", ownerKey));
    } else if (whole.path("job").has("id")) {
      Row job = table("job").get(whole.path("job").path("id").asText());
      if (job != null && !job.verbatim()) {
        whole = whole.deepCopy();
        whole.set("job", job.json());
      }
    }
    return shape.write(whole, version, view);
  }

  private ArrayNode referringTo(String id, String entityType, String reference) {
    ArrayNode found = Json.array();
    for (Row row : table(entityType).values()) {
      if (row.json().path(reference).asText().equals(id)) {
        found.add(row.json());
      }
    }
    return found;
  }

  private Map<String, Row> table(String name) {
    return tables.computeIfAbsent(name, n -> new LinkedHashMap<>());
  }
}
