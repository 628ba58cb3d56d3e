package dev.infraevents.testkit.foundries;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.http.HttpResponse;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Who is let in: the API token, and the access tokens that the OAuth endpoint issues. */
final class FoundriesLogins {

  private final FakeFoundriesApiBuilder settings;

  // Guarded by this.
  private final Map<String, Instant> accessTokens = new HashMap<>();
  private final Set<String> refreshTokens = new HashSet<>();
  private int issued;

  FoundriesLogins(FakeFoundriesApiBuilder settings) {
    this.settings = settings;
  }

  /** Answers {@code POST /oauth/token/}. */
  synchronized HttpResponse token(ReceivedRequest request) {
    if (!request.method().equals("POST")) {
      return refusal(405, "method_not_allowed");
    }
    Map<String, String> form = form(request.body());
    if (!settings.clientId.equals(form.get("client_id"))
        || !settings.clientSecret.equals(form.get("client_secret"))) {
      return refusal(401, "invalid_client");
    }
    return switch (form.getOrDefault("grant_type", "")) {
      case "client_credentials" -> issue();
      case "refresh_token" ->
          refreshTokens.remove(form.getOrDefault("refresh_token", ""))
              ? issue()
              : refusal(400, "invalid_grant");
      default -> refusal(400, "unsupported_grant_type");
    };
  }

  private HttpResponse issue() {
    String access = "access+" + UUID.randomUUID();
    String refresh = "refresh+" + UUID.randomUUID();
    accessTokens.put(access, settings.clock.instant().plus(settings.tokenTimeToLive));
    refreshTokens.add(refresh);
    issued++;
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("token_type", "Bearer")
        .put("access_token", access)
        .put("refresh_token", refresh)
        .put("expires_in", BigDecimal.valueOf(settings.tokenTimeToLive.toMillis(), 3))
        .put("scope", "")
        .putArray("orgs")
        .addObject()
        .put("name", settings.factory);
    return HttpResponse.of(200, "application/json", json.toString());
  }

  /** Why a request is not let in; empty if it is. All that it shows has to be valid. */
  synchronized Optional<String> refusal(ReceivedRequest request) {
    Optional<String> token = request.header("OSF-TOKEN");
    Optional<String> bearer = request.header("Authorization");
    if (token.isEmpty() && bearer.isEmpty()) {
      return Optional.of("missing token");
    }
    if (token.isPresent() && !settings.apiToken.equals(token.get())) {
      return Optional.of("invalid API token");
    }
    return bearer.isPresent() && !accepts(bearer.get())
        ? Optional.of("invalid or expired access token")
        : Optional.empty();
  }

  private boolean accepts(String header) {
    if (!header.startsWith("Bearer ")) {
      return false;
    }
    String shown = header.substring("Bearer ".length());
    String token = settings.plainBearer ? shown : decoded(shown);
    Instant expiry = accessTokens.get(token);
    return expiry != null && settings.clock.instant().isBefore(expiry);
  }

  private static String decoded(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  synchronized int issued() {
    return issued;
  }

  synchronized void expireAll() {
    accessTokens.clear();
  }

  synchronized void forgetRefreshTokens() {
    refreshTokens.clear();
  }

  private static HttpResponse refusal(int status, String error) {
    String body = JsonNodeFactory.instance.objectNode().put("error", error).toString();
    return HttpResponse.of(status, "application/json", body);
  }

  private static Map<String, String> form(String body) {
    Map<String, String> form = new HashMap<>();
    for (String pair : body.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      if (parts.length == 2) {
        form.put(decodedForm(parts[0]), decodedForm(parts[1]));
      }
    }
    return form;
  }

  private static String decodedForm(String text) {
    return Objects.requireNonNull(URLDecoder.decode(text, StandardCharsets.UTF_8));
  }
}
