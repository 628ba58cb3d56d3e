package dev.infraevents.pubsub.queues;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ProtocolException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.pubsub.internal.HttpAnswer;
import dev.infraevents.pubsub.internal.HttpCalls;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Logs in with a client's credentials, and renews with a refresh token while there is one. */
final class OAuthTokens implements TokenProvider {

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Type", "application/x-www-form-urlencoded",
          "Accept", "application/json");

  /** Longer than any token lives; what claims more is treated as if it said nothing. */
  private static final BigDecimal LONGEST = BigDecimal.valueOf(Duration.ofDays(36_500).toSeconds());

  private final OAuthClient client;
  private final HttpCalls calls;
  private final InstantSource clock;

  private @Nullable String refreshToken; // guarded by this

  OAuthTokens(OAuthClient client, HttpCalls calls, InstantSource clock) {
    this.client = client;
    this.calls = calls;
    this.clock = clock;
  }

  @Override
  public synchronized Token fetch() {
    String refresh = refreshToken;
    if (refresh != null) {
      var form = form("refresh_token");
      form.put("refresh_token", refresh);
      HttpAnswer answer = post(form);
      if (answer.status() == 200) {
        return token(answer);
      }
      if (answer.status() != 400 && answer.status() != 401) {
        throw refusal(answer, refresh);
      }
      refreshToken = null; // not accepted any more
    }
    HttpAnswer answer = post(form("client_credentials"));
    if (answer.status() != 200) {
      throw refusal(answer, "");
    }
    return token(answer);
  }

  private Map<String, String> form(String grant) {
    var form = new LinkedHashMap<String, String>();
    form.put("grant_type", grant);
    form.put("client_id", client.id());
    form.put("client_secret", client.secret());
    return form;
  }

  private HttpAnswer post(Map<String, String> form) {
    String body =
        form.entrySet().stream()
            .map(field -> field.getKey() + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    return calls.post(client.endpoint(), HEADERS, body.getBytes(StandardCharsets.UTF_8));
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private Token token(HttpAnswer answer) {
    Instant now = clock.instant();
    JsonNode json = ApiAnswer.parse(answer.body());
    String access = json.path("access_token").asText("");
    if (access.isEmpty()) {
      throw new ProtocolException(
          client.endpoint()
              + " answered with something else than an access token: is this the endpoint for"
              + " tokens?",
          null,
          false);
    }
    String next = json.path("refresh_token").asText("");
    refreshToken = next.isEmpty() ? refreshToken : next;
    try {
      return new Token(access, expiry(now, json.path("expires_in")));
    } catch (ConfigurationException e) {
      throw new ProtocolException(
          client.endpoint() + " answered with an access token that no header can carry", e, false);
    }
  }

  private static @Nullable Instant expiry(Instant now, JsonNode seconds) {
    BigDecimal left = seconds.isNumber() ? seconds.decimalValue() : BigDecimal.ZERO;
    return left.signum() <= 0 || left.compareTo(LONGEST) > 0
        ? null
        : now.plusMillis(left.movePointRight(3).longValue());
  }

  private RuntimeException refusal(HttpAnswer answer, String sentRefresh) {
    var secrets = List.of(client.secret(), encoded(client.secret()), sentRefresh);
    ApiAnswer refusal = ApiAnswer.of(answer, secrets);
    int status = answer.status();
    if (status == 400 || status == 401 || status == 403) {
      return new AuthenticationException(
          "%s refuses the login (%d: %s): check the client's id and secret"
              .formatted(client.endpoint(), status, refusal.words()),
          status,
          null);
    }
    return refusal.exception(
        client.endpoint() + " answered the login", refusal.isPassing() ? "" : "check its URL");
  }
}
