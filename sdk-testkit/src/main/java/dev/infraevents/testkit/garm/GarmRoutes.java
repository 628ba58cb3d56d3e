package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.internal.http.HttpResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The lists and gets of the REST API, as far as the version has them. */
final class GarmRoutes {

  private static final String ALPHA = "0.2.0-alpha";

  // From the query to the key, or the key of a nested object.
  private static final Map<String, String> OWNED =
      Map.of("owner", "/owner", "name", "/name", "endpoint", "/endpoint/name");
  private static final Map<String, String> NAMED =
      Map.of("name", "/name", "endpoint", "/endpoint/name");
  private static final Map<String, String> OF_ENDPOINT = Map.of("endpoint", "/endpoint/name");
  private static final Map<String, String> NOTHING = Map.of();

  private final GarmApi api;
  private final GarmStore store;
  private final GarmVersion version;

  private GarmRoutes(GarmApi api, GarmStore store) {
    this.api = api;
    this.store = store;
    this.version = store.version();
  }

  static void add(GarmApi api, GarmStore store, List<String> providers) {
    var routes = new GarmRoutes(api, store);
    routes.owners("/repositories", "repository", OWNED);
    routes.owners("/organizations", "organization", NAMED);
    routes.owners("/enterprises", "enterprise", NAMED);
    routes.owners("/forge-instances", "forge_instance", OF_ENDPOINT);
    routes.collection("/pools", "pool");
    routes.collection("/scalesets", "scaleset");
    routes.collection("/instances", "instance");
    routes.instancesOf("/pools", "pool", "pool_id");
    routes.instancesOf("/scalesets", "scaleset", "scale_set_id");
    routes.get("/jobs", "0.1.5", request -> routes.all("job", request, NOTHING, "[]"));
    routes.endpoints("/github/endpoints", "0.1.5", false);
    routes.endpoints("/gitea/endpoints", ALPHA, true);
    routes.credentials("/github/credentials", "github_credentials");
    routes.credentials("/gitea/credentials", "gitea_credentials");
    routes.get(
        "/credentials",
        "0.1.5",
        request -> routes.all("github_credentials", request, NOTHING, "null"));
    routes.templates();
    routes.collection("/proxies", "proxy");
    routes.get("/objects", shape("file_object").since(), routes::objects);
    routes.one("/objects", "file_object", json -> true);
    routes.get("/providers", "0.1.5", request -> routes.providers(providers));
  }

  private void owners(String path, String entityType, Map<String, String> filters) {
    String none = version.has("0.1.6") ? "[]" : "null";
    String since = shape(entityType).since();
    get(path, since, request -> all(entityType, request, filters, none));
    one(path, entityType, json -> true);
    String reference = GarmStore.ownerKey(entityType);
    get(
        path + "/*/pools",
        since,
        request -> ofOwner(entityType, request, "pool", is(reference, request.variable())));
    if (!entityType.equals("forge_instance")) { // scale sets are GitHub's
      get(
          path + "/*/scalesets",
          ALPHA,
          request -> ofOwner(entityType, request, "scaleset", is(reference, request.variable())));
    }
    get(
        path + "/*/instances",
        since,
        request -> ofOwner(entityType, request, "instance", inPoolsOf(reference, request)));
  }

  private HttpResponse ofOwner(
      String ownerType, GarmRequest request, String entityType, Predicate<JsonNode> wanted) {
    if (store.row(shape(ownerType), request.variable()) == null) {
      return notFound(ownerType);
    }
    return list(entityType, wanted, View.OWNER_LIST, "[]");
  }

  /** Instances of scale sets are not found by their owner. */
  private Predicate<JsonNode> inPoolsOf(String reference, GarmRequest request) {
    Set<String> pools =
        store.list(shape("pool"), is(reference, request.variable()), View.LIST).stream()
            .map(pool -> pool.path("id").asText())
            .collect(Collectors.toSet());
    return instance -> pools.contains(instance.path("pool_id").asText());
  }

  private void collection(String path, String entityType) {
    get(path, shape(entityType).since(), request -> all(entityType, request, NOTHING, "[]"));
    one(path, entityType, json -> true);
  }

  private void instancesOf(String path, String groupType, String reference) {
    get(
        path + "/*/instances",
        shape(groupType).since(),
        request -> {
          GarmStore.Row group = store.row(shape(groupType), request.variable());
          if (group == null) {
            return notFound(groupType);
          }
          long generation = group.json().path("generation").asLong();
          boolean outdatedOnly = request.query("outdatedOnly").filter("true"::equals).isPresent();
          Predicate<JsonNode> wanted = is(reference, request.variable());
          return list(
              "instance",
              wanted.and(i -> !outdatedOnly || i.path("generation").asLong() < generation),
              View.LIST,
              "[]");
        });
  }

  private void endpoints(String path, String since, boolean gitea) {
    Predicate<JsonNode> wanted =
        json -> json.path("endpoint_type").asText().equals("gitea") == gitea;
    get(path, since, request -> list("github_endpoint", wanted, View.LIST, "null"));
    get(path + "/*", since, request -> one("github_endpoint", request, wanted));
  }

  private void credentials(String path, String entityType) {
    get(path, shape(entityType).since(), request -> all(entityType, request, NOTHING, "null"));
    one(path, entityType, json -> true);
  }

  private void templates() {
    get(
        "/templates",
        shape("template").since(),
        request -> {
          Predicate<JsonNode> wanted =
              matches(request, Map.of("osType", "/os_type", "forgeType", "/forge_type"));
          String part = request.query("partialName").orElse("").toLowerCase(Locale.ROOT);
          return list(
              "template",
              wanted.and(t -> t.path("name").asText().toLowerCase(Locale.ROOT).contains(part)),
              View.LIST,
              "[]");
        });
    one("/templates", "template", json -> true);
  }

  private HttpResponse providers(List<String> names) {
    ArrayNode list = Json.array();
    for (String name : names) {
      ObjectNode provider = Json.object().put("name", name).put("type", "external");
      list.add(Shapes.of("provider").write(provider, version, View.LIST));
    }
    return ok(list);
  }

  private HttpResponse objects(GarmRequest request) {
    Set<String> tags =
        request.query("tags").stream()
            .flatMap(all -> List.of(all.split(",")).stream())
            .map(tag -> tag.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    List<ObjectNode> found =
        store.list(shape("file_object"), json -> tags(json).containsAll(tags), View.LIST);
    return ok(Page.of(found, request));
  }

  private static Set<String> tags(JsonNode object) {
    Set<String> tags = new HashSet<>();
    object.path("tags").forEach(tag -> tags.add(tag.asText().toLowerCase(Locale.ROOT)));
    return tags;
  }

  private void one(String path, String entityType, Predicate<JsonNode> wanted) {
    get(path + "/*", shape(entityType).since(), request -> one(entityType, request, wanted));
  }

  private HttpResponse one(String entityType, GarmRequest request, Predicate<JsonNode> wanted) {
    Optional<ObjectNode> found = store.show(shape(entityType), request.variable(), View.GET);
    return found.filter(wanted).map(GarmRoutes::ok).orElseGet(() -> notFound(entityType));
  }

  private HttpResponse all(
      String entityType, GarmRequest request, Map<String, String> filters, String none) {
    return list(entityType, matches(request, filters), View.LIST, none);
  }

  private HttpResponse list(
      String entityType, Predicate<JsonNode> wanted, View view, String whenEmpty) {
    List<ObjectNode> found = store.list(shape(entityType), wanted, view);
    return found.isEmpty() ? GarmReplies.ok(whenEmpty) : ok(Json.array().addAll(found));
  }

  private static Predicate<JsonNode> matches(GarmRequest request, Map<String, String> filters) {
    Predicate<JsonNode> all = json -> true;
    for (Map.Entry<String, String> filter : filters.entrySet()) {
      Optional<String> value = request.query(filter.getKey());
      if (value.isPresent()) {
        all = all.and(json -> json.at(filter.getValue()).asText().equals(value.get()));
      }
    }
    return all;
  }

  private static Predicate<JsonNode> is(String key, String value) {
    return json -> json.path(key).asText().equals(value);
  }

  /** Answers from one consistent picture. */
  private void get(String path, String since, GarmApi.Route route) {
    if (version.has(since)) {
      api.route(
          "GET",
          path,
          request -> {
            synchronized (store) {
              return route.handle(request);
            }
          });
    }
  }

  private static Shape shape(String entityType) {
    return Shapes.of(entityType);
  }

  private static HttpResponse ok(JsonNode json) {
    return GarmReplies.ok(Json.write(json));
  }

  private static HttpResponse notFound(String entityType) {
    String what = entityType.replace('_', ' ');
    String inner = entityType.equals("pool") ? "error fetching pool by ID: " : "";
    return GarmReplies.error(
        404, "Not Found", "error fetching " + what + ": " + inner + "not found");
  }
}
