package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.garm.GarmAccounts.Account;
import dev.infraevents.testkit.garm.GarmRequest.Caller;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What is behind which URL, and who may ask. */
final class GarmApi {

  static final String EVENTS = "/ws/events";

  /** All paths at which a websocket may be opened. */
  static final Set<String> WEB_SOCKETS = Set.of(EVENTS, "/ws", "/ws/logs", "/ws/metrics");

  private static final String ROOT = "/api/v1";
  private static final String COOKIE = "garm_token";

  // What answers before the URLs are set.
  private static final Set<String> CONTROLLER =
      Set.of("GET /controller", "GET /controller-info", "PUT /controller");

  /** A handler behind the guards. */
  @FunctionalInterface
  interface Route {
    HttpReply handle(GarmRequest request);
  }

  private final String prefix;
  private final GarmVersion version;
  private final GarmSetup setup;
  private final GarmAccounts accounts;
  private final GarmTokens tokens;
  private final Function<ReceivedRequest, HttpReply> login;

  // From method and path below the root to the handler; * stands for one part of a path.
  private final Map<String, Route> routes = new HashMap<>();

  GarmApi(
      FakeGarmBuilder settings,
      GarmSetup setup,
      GarmAccounts accounts,
      GarmTokens tokens,
      Function<ReceivedRequest, HttpReply> login) {
    this.prefix = settings.pathPrefix;
    this.version = settings.version;
    this.setup = setup;
    this.accounts = accounts;
    this.tokens = tokens;
    this.login = login;
  }

  GarmApi route(String method, String path, Route route) {
    routes.put(method + " " + path, route);
    return this;
  }

  /** The path below the root of the API, without a trailing slash; empty for all other paths. */
  Optional<String> pathInApi(ReceivedRequest request) {
    String path = request.path();
    String root = prefix + ROOT;
    if (!path.equals(root) && !path.startsWith(root + "/")) {
      return Optional.empty();
    }
    String below = path.substring(root.length());
    return Optional.of(below.endsWith("/") ? below.substring(0, below.length() - 1) : below);
  }

  HttpReply handle(ReceivedRequest request) {
    String path = request.path();
    if (!path.equals(prefix) && !path.startsWith(prefix + "/")) {
      return GarmReplies.OUTSIDE; // the proxy in front has nothing there
    }
    String clean = clean(path.substring(prefix.length()));
    if (!path.equals(prefix + clean)) {
      return GarmReplies.movedTo(clean + request.target().substring(path.length()));
    }
    return pathInApi(request)
        .map(below -> handleApi(request, request.method() + " " + below))
        .orElse(GarmReplies.OUTSIDE);
  }

  /** The guards stand in this order: a 409 says nothing about the token. */
  private HttpReply handleApi(ReceivedRequest request, String operation) {
    if (operation.equals("POST /first-run")) {
      return setup.firstRun(request);
    }
    if (!setup.isInitialised() && version.has("0.1.6")) {
      return GarmReplies.NOT_INITIALISED;
    }
    if (operation.equals("POST /auth/login")) {
      return setup.isInitialised() ? login.apply(request) : GarmReplies.LOGIN_FAILED;
    }
    // 0.1.5 says the same of a server that is not initialised.
    if (!setup.isInitialised() || (!setup.hasUrls() && !CONTROLLER.contains(operation))) {
      return GarmReplies.URLS_MISSING;
    }
    Optional<Caller> caller = token(request).flatMap(this::caller);
    if (caller.isEmpty()) {
      return GarmReplies.NOT_AUTHENTICATED;
    }
    if (!caller.get().account().admin()) {
      return GarmReplies.NOT_ADMIN;
    }
    return dispatch(operation, request, caller.get());
  }

  /** A part of a path that no route names may be a variable of a route. */
  private HttpReply dispatch(String operation, ReceivedRequest request, Caller caller) {
    Route fixed = routes.get(operation);
    if (fixed != null) {
      return fixed.handle(new GarmRequest(request, caller, List.of()));
    }
    String[] parts = operation.split("/");
    for (int i = parts.length - 1; i > 1; i--) {
      String[] pattern = parts.clone();
      pattern[i] = "*";
      Route route = routes.get(String.join("/", pattern));
      if (route != null) {
        List<String> variables = List.of(GarmRequest.decode(parts[i]));
        return route.handle(new GarmRequest(request, caller, variables));
      }
    }
    return GarmReplies.NO_SUCH_ROUTE;
  }

  private Optional<Caller> caller(String token) {
    return tokens
        .verify(token)
        .flatMap(
            claims ->
                accounts
                    .byId(claims.user())
                    .filter(Account::enabled)
                    .filter(account -> account.generation() == claims.generation())
                    .map(account -> new Caller(account, token, claims)));
  }

  /** Split on single spaces there have to be two words; what the first one says does not matter. */
  private Optional<String> token(ReceivedRequest request) {
    String header = request.header("Authorization").orElse("");
    if (header.isEmpty()) {
      return version.takesCookie() ? cookie(request) : Optional.empty();
    }
    String[] words = header.split(" ", -1);
    return words.length == 2 ? Optional.of(words[1]) : Optional.empty();
  }

  private static Optional<String> cookie(ReceivedRequest request) {
    return request.headers("Cookie").stream()
        .flatMap(header -> Arrays.stream(header.split(";")))
        .map(String::trim)
        .filter(pair -> pair.startsWith(COOKIE + "="))
        .map(pair -> pair.substring(COOKIE.length() + 1))
        .findFirst();
  }

  /** Resolves dots and doubled slashes, as the router does before it looks at anything else. */
  private static String clean(String path) {
    if (!path.contains("//") && !path.contains("/.")) {
      return path;
    }
    String single = path.replaceAll("/{2,}", "/");
    return URI.create("http://host" + single).normalize().getRawPath();
  }

  /** The answer to a login, and to whom. */
  static HttpResponse login(
      ReceivedRequest request, GarmAccounts accounts, Function<Account, String> newToken) {
    Optional<JsonNode> body = Json.parseFirst(request.body());
    if (body.isEmpty() || !isCredentials(body.get())) {
      return GarmReplies.MALFORMED;
    }
    String password = Json.field(body.get(), "password").asText("");
    return accounts
        .byLogin(Json.field(body.get(), "username").asText(""))
        .filter(account -> account.enabled() && account.password().equals(password))
        .map(
            account ->
                GarmReplies.ok(Json.object().put("token", newToken.apply(account)).toString()))
        .orElse(GarmReplies.LOGIN_FAILED);
  }

  private static boolean isCredentials(JsonNode body) {
    return body.isNull()
        || (body.isObject()
            && isText(Json.field(body, "username"))
            && isText(Json.field(body, "password")));
  }

  private static boolean isText(JsonNode value) {
    return Json.isUnset(value) || value.isTextual();
  }
}
