package dev.infraevents.websocket.garm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.SourceException;
import dev.infraevents.garm.EntityType;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lists entities, compares them with what the handler was told, and makes events of what differs.
 * Called on one thread at a time.
 */
final class Listing {

  /** What attributes of such events say about their origin. */
  static final String RECONCILE = "reconcile";

  /** Enough for all there are: entities move between pages when others come and go. */
  private static final int ONE_PAGE = 1_000_000;

  private static final Set<EntityType<?>> NUMBERED =
      Set.of(Garm.SCALE_SET, Garm.JOB, Garm.TEMPLATE, Garm.PROXY, Garm.FILE_OBJECT);

  private final GarmApi api;
  private final EventGate gate;
  private final FilterNegotiation filters;

  Listing(GarmApi api, EventGate gate, FilterNegotiation filters) {
    this.api = api;
    this.gate = gate;
    this.filters = filters;
  }

  /** What was listed, and what of it the handler had to be told. */
  static final class Tally {
    private long listed;
    private long delivered;

    long listed() {
      return listed;
    }

    long delivered() {
      return delivered;
    }
  }

  /** The types that the filter wants anything of. */
  List<EntityType<?>> wanted() {
    return filters.wanted().entityTypes();
  }

  /**
   * Reconciles the entities of one type.
   *
   * @param patience waits for room in the buffer; false to give up
   */
  <P extends GarmPayload> void reconcile(
      EventsConnection connection, EntityType<P> type, Tally tally, BooleanSupplier patience)
      throws SourceException {
    long mark = gate.ask(ledger -> ledger.beginListing(connection.context.now()));
    try {
      @Nullable List<Bytes> elements = elements(connection, type);
      if (elements != null) { // else this server has no such entities
        compareAll(elements, new Pass<>(connection, type, tally, patience), mark);
      }
    } finally {
      gate.endListing();
    }
  }

  private <P extends GarmPayload> void compareAll(List<Bytes> elements, Pass<P> pass, long mark) {
    Set<EntityKey> listed = new HashSet<>();
    boolean complete = !GarmRoutes.of(pass.type).lists().isEmpty();
    for (Bytes element : elements) {
      if (pass.connection.hasEnded()) {
        return; // the next connection waits for its turn
      }
      @Nullable EntityKey key = pass.compare(element, mark);
      complete &= key != null; // what can not be identified must not be taken for gone
      if (key != null) {
        listed.add(key);
      }
    }
    if (complete) {
      gate.ask(ledger -> ledger.missing(pass.type, listed, mark))
          .forEach(key -> pass.gone(key, mark));
    }
  }

  /** A job ended with its instance. */
  void ended(EventsConnection connection, EntityKey job) {
    var pass = new Pass<>(connection, Garm.JOB, new Tally(), () -> false);
    pass.gone(job, mark(connection));
  }

  private long mark(EventsConnection connection) {
    return gate.ask(ledger -> ledger.mark(connection.context.now()));
  }

  /** What is known of an entity that is gone, in the server's form. */
  private static Bytes identity(EntityKey key, String name) {
    ObjectNode identity = JsonNodeFactory.instance.objectNode();
    int slash = key.id().indexOf('/');
    if (key.type() == Garm.GITHUB_ENDPOINT) {
      identity.put("name", name.isEmpty() ? key.id() : name);
    } else if (slash > 0) { // the number of credentials, after their forge type
      identity.put("id", Long.parseLong(key.id().substring(slash + 1)));
      identity.put("forge_type", key.id().substring(0, slash));
    } else if (NUMBERED.contains(key.type())) {
      identity.put("id", Long.parseLong(key.id()));
    } else {
      identity.put("id", key.id());
      if (!name.isEmpty()) {
        identity.put("name", name);
      }
    }
    return Bytes.ofUtf8(identity.toString());
  }

  private @Nullable List<Bytes> elements(EventsConnection connection, EntityType<?> type) {
    GarmRoutes routes = GarmRoutes.of(type);
    List<Bytes> elements = new ArrayList<>();
    boolean known = false;
    if (routes.onlyOne()) {
      elements.add(api.get(routes.single().get(0), connection.token));
      known = true;
    }
    for (String path : routes.lists()) {
      try {
        elements.addAll(
            routes.paged()
                ? api.listPaged(path + "?pageSize=" + ONE_PAGE, connection.token).toList()
                : api.list(path, connection.token));
        known = true;
      } catch (SourceException e) {
        if (!GarmApi.isMissingRoute(e)) {
          throw e;
        }
      }
    }
    return known ? elements : null;
  }

  /** The work on one type. */
  private final class Pass<P extends GarmPayload> {
    private final EventsConnection connection;
    private final EntityType<P> type;
    private final Tally tally;
    private final BooleanSupplier patience;

    private Pass(
        EventsConnection connection, EntityType<P> type, Tally tally, BooleanSupplier patience) {
      this.connection = connection;
      this.type = type;
      this.tally = tally;
      this.patience = patience;
    }

    /** Compares one entry of a list; null if it is not known which entity that is. */
    private @Nullable EntityKey compare(Bytes element, long mark) {
      tally.listed++;
      P entity = decode(element);
      String subject = entity == null ? null : type.subject(entity);
      if (entity == null || subject == null) {
        return null;
      }
      EntityKey key = EntityKey.of(type, subject);
      // Without a stamp nothing shows whether what the list leaves out has changed.
      boolean thin = GarmRoutes.of(type).thin();
      Difference difference = gate.ask(ledger -> ledger.compare(key, entity, !thin, mark));
      boolean unsure = thin && entity.updatedAt() == null && difference == Difference.NONE;
      if (difference == Difference.UNCLEAR || (difference == Difference.NONE && !unsure)) {
        return key;
      }
      if (thin && wantsAny(key, entity, element)) {
        compareInFull(key, entity);
      } else {
        tell(key, entity, element, difference, mark);
      }
      return key;
    }

    private void compareInFull(EntityKey key, P entry) {
      long mark = mark(connection);
      Bytes element = fetch(entry);
      P entity = element == null ? null : decode(element);
      if (element == null || entity == null) {
        return; // deleted meanwhile: an event or the next list says so
      }
      Difference difference = gate.ask(ledger -> ledger.compare(key, entity, true, mark));
      if (difference == Difference.NEW || difference == Difference.CHANGED) {
        tell(key, entity, element, difference, mark);
      }
    }

    private @Nullable Bytes fetch(P entry) {
      String name = GarmRoutes.key(type, entry);
      try {
        return name == null
            ? null
            : api.get(GarmRoutes.of(type).get(name).get(0), connection.token);
      } catch (SourceException e) {
        if (GarmApi.isMissingEntity(e)) {
          return null;
        }
        throw e;
      }
    }

    private @Nullable P decode(Bytes element) {
      try {
        return type.decode(element);
      } catch (DecodingException e) {
        // Not as the stream's: it says nothing about the connection, and nothing gives way to it.
        inTurn(
            () ->
                EventGate.unreadable(
                    connection.context, type.updated(), connection.source, element, e));
        return null;
      }
    }

    private boolean wantsAny(EntityKey key, P entity, Bytes element) {
      return wants(event(key, Operation.CREATE, entity, element))
          || wants(event(key, Operation.UPDATE, entity, element));
    }

    private void tell(EntityKey key, P entity, Bytes element, Difference difference, long mark) {
      Event<GarmPayload> created = event(key, Operation.CREATE, entity, element);
      Event<GarmPayload> updated = event(key, Operation.UPDATE, entity, element);
      tell(key, difference == Difference.NEW && wants(created) ? created : updated, mark);
    }

    /** An entity is not listed any more. */
    private void gone(EntityKey key, long mark) {
      String name = gate.ask(ledger -> ledger.nameOf(key));
      Bytes identity = identity(key, name);
      P payload = decode(identity);
      if (payload != null) {
        tell(key, event(key, Operation.DELETE, payload, identity), mark);
      }
    }

    private void tell(EntityKey key, Event<GarmPayload> event, long mark) {
      if (!wants(event)) {
        gate.skip(key, event, mark);
        return;
      }
      if (inTurn(() -> gate.backfill(connection.context, key, event, mark))) {
        tally.delivered++;
      }
    }

    private boolean inTurn(BooleanSupplier backfill) {
      boolean done = backfill.getAsBoolean();
      while (!done && patience.getAsBoolean()) {
        done = backfill.getAsBoolean();
      }
      return done;
    }

    private boolean wants(Event<GarmPayload> event) {
      return filters.wanted().test(event) && connection.context.wants(event);
    }

    @SuppressWarnings("unchecked") // the payload is of the type's class, which is a GarmPayload
    private Event<GarmPayload> event(EntityKey key, Operation operation, P payload, Bytes element) {
      String subject = type.subject(payload);
      return Event.builder((EventType<GarmPayload>) type.on(operation))
          .source(connection.source)
          .subject(subject == null ? key.id() : subject)
          .time(payload.updatedAt())
          .receivedAt(connection.context.now())
          .payload(payload)
          .data(element, Event.JSON)
          .raw(element)
          .attribute(Garm.ENTITY_TYPE, type.name())
          .attribute(Garm.OPERATION, operation.wireName())
          .attribute(Event.ORIGIN, RECONCILE)
          .build();
    }
  }
}
