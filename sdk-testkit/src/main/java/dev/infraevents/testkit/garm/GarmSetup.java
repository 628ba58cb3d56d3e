package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.garm.GarmAccounts.Account;
import dev.infraevents.testkit.internal.http.HttpResponse;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The first run and the controller: what has to be done before a server answers anything else. */
final class GarmSetup {

  private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+\\.[^@\\s]+");
  private static final Pattern USERNAME = Pattern.compile("[A-Za-z0-9]{1,64}");

  // GARM asks zxcvbn for a score of 4; length and three kinds of characters come near it.
  private static final int PASSWORD_LENGTH = 12;
  private static final List<Pattern> PASSWORD_CHARACTERS =
      List.of(
          Pattern.compile("[a-z]"),
          Pattern.compile("[A-Z]"),
          Pattern.compile("[0-9]"),
          Pattern.compile("[^A-Za-z0-9]"));

  private static final List<String> SETTINGS =
      List.of(
          "metadata_url",
          "callback_url",
          "webhook_url",
          "agent_url",
          "garm_agent_releases_url",
          "enable_agent_tools_sync",
          "minimum_job_age_backoff",
          "ca_cert_bundle");

  private final GarmAccounts accounts;
  private final GarmEntities entities;
  private final GarmStore store;
  private final GarmStamps stamps;
  private volatile boolean initialised;
  private volatile boolean urlsConfigured;

  GarmSetup(
      FakeGarmBuilder settings,
      GarmAccounts accounts,
      GarmStore store,
      GarmEntities entities,
      GarmStamps stamps) {
    this.accounts = accounts;
    this.store = store;
    this.entities = entities;
    this.stamps = stamps;
    this.initialised = settings.initialised;
    this.urlsConfigured = settings.urlsConfigured;
  }

  /** The controller names the server's URL, which is known only once it listens. */
  void start(String url) {
    ObjectNode controller = GarmController.initial(url, urlsConfigured, store.version());
    synchronized (store) {
      store.put(Shapes.of("controller"), GarmController.ID, new GarmStore.Row(controller, false));
    }
  }

  boolean isInitialised() {
    return initialised;
  }

  boolean hasUrls() {
    return urlsConfigured;
  }

  /** Makes the administrator, once. */
  synchronized HttpResponse firstRun(ReceivedRequest request) {
    if (initialised) {
      return GarmReplies.error(409, "Conflict", "already initialized");
    }
    Optional<JsonNode> body = Json.parseFirst(request.body()).filter(JsonNode::isObject);
    if (body.isEmpty()) {
      return GarmReplies.MALFORMED;
    }
    String username = text(body.get(), "username");
    String email = text(body.get(), "email");
    String password = text(body.get(), "password");
    String problem = problem(username, email, password);
    if (!problem.isEmpty()) {
      return GarmReplies.error(400, "Bad Request", problem);
    }
    Account admin = accounts.replaceAll(username, email, text(body.get(), "full_name"), password);
    initialised = true;
    return GarmReplies.ok(Json.write(user(admin)));
  }

  private static String problem(String username, String email, String password) {
    if (username.isEmpty() || email.isEmpty()) {
      return "missing username or email";
    }
    if (!EMAIL.matcher(email).matches()) {
      return "invalid email address";
    }
    if (!USERNAME.matcher(username).matches()) {
      return "invalid username";
    }
    return isStrong(password) ? "" : "password is too weak";
  }

  private static boolean isStrong(String password) {
    long kinds = PASSWORD_CHARACTERS.stream().filter(kind -> kind.matcher(password).find()).count();
    return password.length() >= PASSWORD_LENGTH && kinds >= 3;
  }

  private ObjectNode user(Account account) {
    String now = stamps.next();
    ObjectNode user =
        Json.object()
            .put("id", account.id())
            .put("created_at", now)
            .put("updated_at", now)
            .put("email", account.email())
            .put("username", account.username())
            .put("full_name", account.fullName())
            .put("enabled", account.enabled())
            .put("is_admin", account.admin());
    return Shapes.of("user").write(user, store.version(), View.GET);
  }

  HttpResponse controller() {
    synchronized (store) {
      return GarmReplies.ok(
          store
              .show(Shapes.of("controller"), GarmController.ID, View.GET)
              .map(Json::write)
              .orElseThrow());
    }
  }

  /** Changes the controller; with all the URLs the version asks for, the other routes open. */
  HttpResponse updateController(ReceivedRequest request) {
    Optional<JsonNode> body = Json.parseFirst(request.body()).filter(JsonNode::isObject);
    if (body.isEmpty()) {
      return GarmReplies.MALFORMED;
    }
    ObjectNode changes = ((ObjectNode) body.get()).deepCopy().retain(SETTINGS);
    synchronized (store) {
      ObjectNode known = store.show(Shapes.of("controller"), "", View.GET).orElseThrow();
      known.setAll(changes);
      if (changes.has("webhook_url")) {
        changes.put("controller_webhook_url", text(known, "webhook_url") + "/" + GarmController.ID);
      }
      if (text(known, "agent_url").isEmpty() && !text(known, "callback_url").isEmpty()) {
        changes.put("agent_url", origin(text(known, "callback_url")));
      }
      entities.update("controller", "", changes.toString());
      urlsConfigured |= isComplete(known);
    }
    return controller();
  }

  private boolean isComplete(ObjectNode controller) {
    return !text(controller, "metadata_url").isEmpty()
        && !text(controller, "callback_url").isEmpty()
        && (store.version().has("0.1.6") || !text(controller, "webhook_url").isEmpty());
  }

  private static String origin(String url) {
    URI uri = URI.create(url);
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }

  private static String text(JsonNode body, String key) {
    return Json.field(body, key).asText("");
  }
}
