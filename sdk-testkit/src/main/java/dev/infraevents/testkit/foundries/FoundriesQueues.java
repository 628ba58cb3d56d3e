package dev.infraevents.testkit.foundries;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.http.HttpResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The queues of the factory, and the routes to them. */
final class FoundriesQueues {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ROUTE =
      Pattern.compile("/ota/factories/([^/]+)/event-queues(?:/([^/]+))?(/?)");
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_.~+%-]+");

  private final FakeFoundriesApiBuilder settings;
  private final Map<String, FoundriesQueue> queues = new LinkedHashMap<>(); // guarded by this

  FoundriesQueues(FakeFoundriesApiBuilder settings) {
    this.settings = settings;
  }

  synchronized List<FoundriesQueue> all() {
    return List.copyOf(queues.values());
  }

  synchronized FoundriesQueue add(String label, String type, @Nullable String pushUrl) {
    if (queues.containsKey(label)) {
      throw new IllegalStateException("there is a queue " + label);
    }
    String credentials =
        type.equals("pull") ? CredentialsFile.create(settings.project, "f-42-" + label) : null;
    var queue = new FoundriesQueue(settings.factory, label, type, pushUrl, credentials);
    queues.put(label, queue);
    return queue;
  }

  HttpResponse handle(ReceivedRequest request) {
    Matcher route = ROUTE.matcher(request.path());
    if (!route.matches() || (settings.trailingSlash && route.group(3).isEmpty())) {
      return error(404, "page not found");
    }
    if (!decoded(route.group(1)).equals(settings.factory)) {
      return error(404, "no such factory");
    }
    String label = route.group(2);
    if (label != null) {
      return request.method().equals("DELETE") ? delete(decoded(label)) : wrongMethod();
    }
    return switch (request.method()) {
      case "GET" -> list();
      case "POST" -> create(request.body());
      default -> wrongMethod();
    };
  }

  private synchronized HttpResponse list() {
    ArrayNode list = JSON.createArrayNode();
    for (FoundriesQueue queue : queues.values()) {
      ObjectNode json = list.addObject().put("label", queue.label()).put("type", queue.type());
      if (queue.pushUrl() != null) {
        json.put("push-url", queue.pushUrl());
      }
    }
    return HttpResponse.of(200, "application/json", list.toString());
  }

  private synchronized HttpResponse create(String body) {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return error(400, "not JSON");
    }
    String label = json.path("label").asText();
    String type = json.path("type").asText();
    String pushUrl = json.path("push-url").textValue();
    if (!LABEL.matcher(label).matches()) {
      return error(400, "invalid label");
    }
    if (!(type.equals("push") ? pushUrl != null : type.equals("pull"))) {
      return error(400, "invalid type, or no push-url");
    }
    if (queues.containsKey(label)) {
      return error(409, "event queue already exists: " + label);
    }
    FoundriesQueue queue = add(label, type, type.equals("push") ? pushUrl : null);
    return queue.credentials() == null
        ? HttpResponse.of(201, "application/json", "{}")
        : HttpResponse.of(201, "application/json", queue.credentials());
  }

  private synchronized HttpResponse delete(String label) {
    return queues.remove(label) == null
        ? error(404, "no such event queue: " + label)
        : HttpResponse.of(200, "application/json", "{}");
  }

  private HttpResponse wrongMethod() {
    return error(405, "method not allowed");
  }

  private HttpResponse error(int status, String words) {
    return settings.errorShape.answer(status, words);
  }

  private static String decoded(String segment) {
    return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
