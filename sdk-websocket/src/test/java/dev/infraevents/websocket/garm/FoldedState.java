package dev.infraevents.websocket.garm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.GarmPayload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a consumer takes for the server's state that puts every event into a map. */
final class FoldedState implements EventHandler<GarmPayload> {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Received received;

  // All below guarded by this.
  private final Map<String, Map<String, String>> entities = new HashMap<>();
  private final Map<String, Instant> newest = new HashMap<>();
  private final List<String> regressions = new ArrayList<>();
  private long synthetic;

  FoldedState(Received signals) {
    this.received = signals;
  }

  @Override
  public synchronized void handle(Event<GarmPayload> event, Delivery delivery) {
    String type = event.attributes().getOrDefault(Garm.ENTITY_TYPE, "");
    String subject = event.subject();
    if (subject == null) {
      return; // the delete of a single file
    }
    String id = type.equals("github_endpoint") ? subject.toLowerCase(Locale.ROOT) : subject;
    synthetic += event.attributes().containsKey(Event.ORIGIN) ? 1 : 0;
    Map<String, String> known = entities.computeIfAbsent(type, t -> new TreeMap<>());
    if ("delete".equals(event.attributes().get(Garm.OPERATION))) {
      known.remove(id);
      newest.remove(type + " " + id);
      return;
    }
    known.put(id, event.data().utf8());
    Instant at = event.time();
    Instant before = at == null ? null : newest.put(type + " " + id, at);
    if (before != null && at.isBefore(before)) {
      regressions.add(event + " of " + at + " after one of " + before);
    }
  }

  @Override
  public void onSignal(SourceSignal signal) {
    received.onSignal(signal);
  }

  /** Updates that overwrote newer ones. */
  synchronized List<String> regressions() {
    return List.copyOf(regressions);
  }

  synchronized long synthetic() {
    return synthetic;
  }

  /** What it knows of a type, without what belongs to another entity or shows in some places. */
  synchronized List<JsonNode> of(String type) {
    return comparable(type, entities.getOrDefault(type, Map.of()).values());
  }

  /** The same of payloads. */
  static List<JsonNode> comparable(String type, Collection<String> payloads) {
    return payloads.stream()
        .map(FoldedState::parse)
        .peek(entity -> strip(type, entity))
        .map(JsonNode.class::cast)
        .sorted((a, b) -> id(a).compareTo(id(b)))
        .toList();
  }

  private static void strip(String type, ObjectNode entity) {
    switch (type) {
      case "pool", "scaleset" -> entity.remove(List.of("instances", "template_name", "proxy_name"));
      case "controller" -> entity.remove("hostname"); // REST only
      default -> {}
    }
  }

  private static String id(JsonNode entity) {
    return entity.has("id")
        ? entity.get("id").asText()
        : entity.path("name").asText().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode parse(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
