package dev.infraevents.garm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.EventType;
import dev.infraevents.internal.garm.GarmJson;
import dev.infraevents.internal.json.Json;
import dev.infraevents.internal.json.Scalars;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A type of entity in GARM. There is one object per type, in {@link Garm}.
 *
 * <p>The subject of an event is the identity of its entity, by which to keep track of it:
 *
 * <ul>
 *   <li>the UUID of a repository, organization, enterprise, forge instance, pool, instance, user or
 *       controller;
 *   <li>the number of a scale set (GARM's, not the forge's), job, template, proxy or file object;
 *   <li>the name of an endpoint, spelled as it came: a delete has the spelling of whoever deleted
 *       it, and GARM matches names without regard to case;
 *   <li>{@code github/1} or {@code gitea/1} for credentials, whose numbers are unique per forge
 *       type only;
 *   <li>null if the payload has no id, as in the delete of a single {@link FileObject}.
 * </ul>
 *
 * <p>Numbers of different types of entities overlap, so a subject is unique only together with its
 * type. All but the names of endpoints are never used again.
 *
 * @param <P> the payload class
 */
public final class EntityType<P extends GarmPayload> {

  private final String name;
  private final Class<P> payloadType;
  private final Identity identity;
  private final Function<P, String> identityOf;
  private final Kind<P> created;
  private final Kind<P> updated;
  private final Kind<P> deleted;
  private @Nullable ObjectReader reader; // made when first needed; racy writes store equal readers

  EntityType(String name, Class<P> payloadType, Identity identity, Function<P, String> identityOf) {
    this.name = name;
    this.payloadType = payloadType;
    this.identity = identity;
    this.identityOf = identityOf;
    this.created = Kind.of(name, Operation.CREATE.wireName(), payloadType);
    this.updated = Kind.of(name, Operation.UPDATE.wireName(), payloadType);
    this.deleted = Kind.of(name, Operation.DELETE.wireName(), payloadType);
  }

  /**
   * The name on the wire.
   *
   * @return the server's word, such as {@code scaleset}
   */
  public String name() {
    return name;
  }

  /**
   * The class of the payload.
   *
   * @return a record
   */
  public Class<P> payloadType() {
    return payloadType;
  }

  /**
   * The type of the events that say that one was created.
   *
   * @return such as {@code garm.instance.create}
   */
  public EventType<P> created() {
    return created.type;
  }

  /**
   * The type of the events that say that one was changed.
   *
   * @return such as {@code garm.instance.update}
   */
  public EventType<P> updated() {
    return updated.type;
  }

  /**
   * The type of the events that say that one was deleted.
   *
   * @return such as {@code garm.instance.delete}
   */
  public EventType<P> deleted() {
    return deleted.type;
  }

  /**
   * The type of the events of one operation.
   *
   * @param operation the operation
   * @return such as {@code garm.instance.create}
   */
  public EventType<P> on(Operation operation) {
    return kind(operation).type;
  }

  /**
   * The identity of an entity, which is the subject of its events.
   *
   * @param payload the entity
   * @return the subject, or null if the payload has no id
   */
  public @Nullable String subject(P payload) {
    return identity.subject(identityOf.apply(payload));
  }

  /**
   * Reads one entity, from the {@code payload} of an event or from an answer of the REST API.
   *
   * @param json one JSON object
   * @return the entity
   * @throws DecodingException if it is malformed; the message quotes nothing of it
   */
  public P decode(Bytes json) throws DecodingException {
    String what = "GARM " + name + " of " + json.size() + " bytes";
    try (JsonParser parser = Json.parser(json.toUtf8Array(), 0)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new DecodingException("Can not read the " + what + ": it is no JSON object", null);
      }
      P payload = read(parser);
      if (parser.nextToken() != null) {
        throw new DecodingException("Can not read the " + what + ": more follows it", null);
      }
      return payload;
    } catch (IOException e) {
      throw Json.undecodable(what, "payload", e);
    }
  }

  /** Reads the object that starts at the current token. */
  P read(JsonParser parser) throws IOException {
    ObjectReader known = reader;
    if (known == null) {
      known = GarmJson.reader(payloadType);
      reader = known;
    }
    return known.readValue(parser);
  }

  Identity identity() {
    return identity;
  }

  /** What the envelope of an event says, by the server's word for the operation. */
  Kind<P> kind(String operation) {
    return switch (operation) {
      case "create" -> created;
      case "update" -> updated;
      case "delete" -> deleted;
      default -> Kind.of(name, operation, payloadType);
    };
  }

  private Kind<P> kind(Operation operation) {
    return switch (operation) {
      case CREATE -> created;
      case UPDATE -> updated;
      case DELETE -> deleted;
    };
  }

  /** The name on the wire. */
  @Override
  public String toString() {
    return name;
  }

  /**
   * Type and attributes of an event, which depend on nothing but the two words of the envelope.
   *
   * @param <P> the payload class
   * @param entityType the server's word for the type of entity
   * @param type the type of the event
   * @param attributes the attributes of the event
   */
  record Kind<P>(String entityType, EventType<P> type, Map<String, String> attributes) {
    static <P> Kind<P> of(String entityType, String operation, Class<P> payloadType) {
      return new Kind<>(
          entityType,
          EventType.of(Garm.PREFIX + entityType + "." + operation, payloadType),
          Map.of(Garm.ENTITY_TYPE, entityType, Garm.OPERATION, operation));
    }
  }

  /**
   * Where the identity of an entity is in its JSON.
   *
   * @param key the name of the field
   * @param prefix what makes it unique within its type
   */
  record Identity(String key, String prefix) {
    static final Identity ID = new Identity("id", "");

    /** Reads it off an object; stops as soon as it can. */
    @Nullable String scan(String text, int object) throws IOException {
      String id = FrameScan.scalar(text, object, key);
      return id != null ? subject(id) : parse(text.substring(object));
    }

    private @Nullable String parse(String object) throws IOException {
      try (JsonParser parser = Json.parser(object)) {
        parser.nextToken();
        return find(parser);
      }
    }

    private @Nullable String find(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals(key);
        JsonToken value = parser.nextToken();
        if (found) {
          boolean scalar = value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT;
          return scalar ? subject(parser.getText()) : null;
        }
        parser.skipChildren();
      }
      return null;
    }

    @Nullable String subject(String id) {
      boolean unset = id.isEmpty() || id.equals("0") || id.equals(Scalars.NIL_UUID);
      return unset ? null : prefix.isEmpty() ? id : prefix + id;
    }
  }
}
