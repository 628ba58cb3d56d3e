package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.garm.GarmStore.Row;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The entities of a {@link FakeGarm}: what its REST API shows. Every change is emitted as the real
 * server of that version would do it, with the same keys in the same order, and becomes visible
 * over REST together with its event; {@link #silently} changes without an event.
 *
 * <p>Payloads are given with the names of today, in any order; what the version does not know is
 * not sent, and what the server would fill in is filled in: the id, the times (strictly later with
 * each change), the name of an instance. Nested objects are given as they are wanted, such as the
 * {@code endpoint} of a pool. Only some are read anew whenever an entity is shown, as the real
 * server does, although the entity has not changed then: the {@code instances} of a pool or scale
 * set, the {@code job} of an instance (give its {@code id}), the pools of an owner.
 *
 * <p>An entity is identified by its UUID or number, an endpoint by its name in any case, an
 * instance by its name as well. The only {@code controller} is there from the beginning and can not
 * be created or deleted; events about a {@code user} do not exist.
 *
 * <p>Thread-safe: changes happen one after another, and their events are sent in that order.
 */
public final class GarmEntities {

  /** Sends an event; called with the store locked, so that events have the order of changes. */
  @FunctionalInterface
  interface Emitter {
    void emit(String entityType, String operation, String payload);
  }

  private final GarmStore store;
  private final GarmStamps stamps;
  private final Emitter emitter;

  GarmEntities(GarmStore store, GarmStamps stamps, Emitter emitter) {
    this.store = store;
    this.stamps = stamps;
    this.emitter = emitter;
  }

  /**
   * The same entities, for changes that are not emitted: as if each event had been lost before it
   * reached anybody.
   *
   * @return a view of the same state
   */
  public GarmEntities silently() {
    return new GarmEntities(store, stamps, (entityType, operation, payload) -> {});
  }

  /**
   * Creates an entity.
   *
   * @param entityType such as {@code pool}
   * @param json a JSON object with what is set
   * @return what identifies it from now on: its UUID, number or name
   * @throws IllegalArgumentException if the version does not know the type or the object has a key
   *     that no version knows, or if there is such an entity
   */
  public String create(String entityType, String json) {
    Shape shape = changeable(entityType);
    ObjectNode entity = shape.check(Json.requireObject(json));
    synchronized (store) {
      NewEntity.complete(shape, entity, store, stamps);
      String key = GarmStore.key(shape, entity);
      if (key == null || store.row(shape, key) != null) {
        throw new IllegalArgumentException("no key, or not a new one: " + entityType + " " + key);
      }
      Row row = new Row(entity, false);
      store.put(shape, key, row);
      emit(shape, "create", row, View.EVENT);
      return entity.path(shape.idKey()).asText();
    }
  }

  /**
   * Changes an entity. Moves its {@code updated_at}, unless that is given or only the tags of a
   * file object change.
   *
   * @param entityType such as {@code pool}
   * @param key what identifies it; not looked at for the controller
   * @param changes a JSON object with what changes; null for what is unset
   * @return false if nothing was emitted because nothing changed; 0.2.0-beta1 and later are quiet
   *     then about all but instances, jobs, templates and file objects
   * @throws NoSuchElementException if there is no such entity
   */
  public boolean update(String entityType, String key, String changes) {
    return update(known(entityType), key, changes, View.EVENT);
  }

  /**
   * Changes a scale set as its message loop does: emitted without its tags and with an empty
   * endpoint, though it has both, and emitted even if nothing changes.
   *
   * @param key the number of the scale set
   * @param changes a JSON object with what changes, such as {@code desired_runner_count}
   * @throws NoSuchElementException if there is no such scale set
   */
  public void updateByMessageLoop(String key, String changes) {
    update(known("scaleset"), key, changes, View.MESSAGE_LOOP);
  }

  private boolean update(Shape shape, String key, String json, View view) {
    ObjectNode changes = shape.check(Json.requireObject(json));
    synchronized (store) {
      Row row = existing(shape, key);
      ObjectNode entity = row.verbatim() ? shape.adopt(row.json()) : row.json().deepCopy();
      if (shape.name().equals("instance")) {
        entity.remove("provider_fault"); // an error is told once
      }
      merge(entity, changes);
      boolean same = entity.equals(row.json());
      boolean quiet = store.version().keepsQuiet() && shape.isQuiet() && view == View.EVENT;
      if (same && (quiet || (shape.name().equals("template") && changes.isEmpty()))) {
        return false;
      }
      boolean tagsOnly = shape.name().equals("file_object") && isOnly(changes, "tags");
      if (shape.has("updated_at") && !changes.has("updated_at") && !tagsOnly) {
        entity.put("updated_at", stamps.next());
      }
      String id = GarmStore.key(shape, row.json());
      String newId = GarmStore.key(shape, entity);
      if (id == null || !id.equals(newId)) {
        throw new IllegalArgumentException(
            "what identifies a " + shape.name() + " does not change");
      }
      Row changed = new Row(entity, false);
      store.put(shape, id, changed);
      emit(shape, "update", changed, view);
      return true;
    }
  }

  /**
   * Deletes an entity. Its event says no more about it than the real server's, which is nothing at
   * all for a file object. With an instance the row of its job vanishes, without an event.
   *
   * @param entityType such as {@code pool}
   * @param key what identifies it
   * @return whether there was one. If not, an event is sent for an endpoint, with the name as it is
   *     given here, and for GitHub credentials; there is none for other types
   */
  public boolean delete(String entityType, String key) {
    Shape shape = changeable(entityType);
    synchronized (store) {
      Row row = store.row(shape, key);
      if (row == null) {
        nothingDeleted(shape, key);
        return false;
      }
      ObjectNode last = row.verbatim() ? shape.adopt(row.json()) : row.json().deepCopy();
      String id = GarmStore.key(shape, row.json());
      if (id != null) {
        store.remove(shape, id);
      }
      if (shape.name().equals("github_endpoint")) {
        last.put("name", key);
      } else if (shape.name().equals("template") && !isOwnedBySystem(last)) {
        last.remove("owner_id");
      }
      emit(shape, "delete", new Row(last, false), View.DELETE_EVENT);
      return true;
    }
  }

  /**
   * Deletes all file objects with a tag, as GARM does with its own: the events tell all about each,
   * unlike that of a single delete.
   *
   * @param tag the tag, in any case
   * @return how many there were
   */
  public int deleteFileObjects(String tag) {
    Shape shape = known("file_object");
    synchronized (store) {
      List<ObjectNode> tagged = store.list(shape, object -> hasTag(object, tag), View.EVENT);
      for (ObjectNode object : tagged) {
        store.remove(shape, object.path("id").asText());
        emitter.emit(shape.name(), "delete", Json.write(object));
      }
      return tagged.size();
    }
  }

  private static boolean hasTag(JsonNode object, String tag) {
    for (JsonNode one : object.path("tags")) {
      if (one.asText().equalsIgnoreCase(tag)) {
        return true;
      }
    }
    return false;
  }

  private void nothingDeleted(Shape shape, String key) {
    ObjectNode named = Json.object();
    if (shape.name().equals("github_endpoint")) {
      named.put("name", key);
    } else if (shape.name().equals("github_credentials")) {
      named.put("id", Long.parseLong(key)).put("forge_type", "github");
    } else {
      return;
    }
    emit(shape, "delete", new Row(named, false), View.DELETE_EVENT);
  }

  private static boolean isOwnedBySystem(JsonNode template) {
    return template.path("owner_id").asText().equals("system");
  }

  /**
   * Shows an entity as the payload of an event would show it.
   *
   * @param entityType such as {@code pool}
   * @param key what identifies it
   * @return its JSON, empty if there is no such entity
   */
  public Optional<String> get(String entityType, String key) {
    Shape shape = known(entityType);
    synchronized (store) {
      return store.show(shape, key, View.EVENT).map(Json::write);
    }
  }

  /**
   * Shows all entities of a type as the payloads of events would show them.
   *
   * @param entityType such as {@code pool}
   * @return their JSON, the oldest first
   */
  public List<String> list(String entityType) {
    Shape shape = known(entityType);
    synchronized (store) {
      return store.list(shape, json -> true, View.EVENT).stream().map(Json::write).toList();
    }
  }

  private void emit(Shape shape, String operation, Row row, View view) {
    emitter.emit(shape.name(), operation, Json.write(store.show(shape, row, view)));
  }

  private Row existing(Shape shape, String key) {
    Row row = store.row(shape, key);
    if (row == null) {
      throw new NoSuchElementException("no " + shape.name() + " " + key);
    }
    return row;
  }

  private Shape known(String entityType) {
    return Shapes.entity(entityType)
        .filter(shape -> store.version().has(shape.since()))
        .orElseThrow(() -> new IllegalArgumentException(store.version() + " has no " + entityType));
  }

  private Shape changeable(String entityType) {
    if (entityType.equals("controller") || entityType.equals("user")) {
      throw new IllegalArgumentException("no event says that of a " + entityType);
    }
    return known(entityType);
  }

  private static void merge(ObjectNode entity, ObjectNode changes) {
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      if (change.getValue().isNull()) {
        entity.remove(change.getKey());
      } else {
        entity.set(change.getKey(), change.getValue());
      }
    }
  }

  private static boolean isOnly(ObjectNode changes, String key) {
    return changes.size() == 1 && changes.has(key);
  }
}
