package dev.infraevents.pubsub.queues;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.pubsub.internal.HttpCalls;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to prove to the API of Foundries.io who asks: an API token, access tokens of OAuth 2, or
 * both. Headers of your own belong to the connection ({@link
 * dev.infraevents.ConnectionOptions.Builder#header}). Immutable and thread-safe; {@link
 * #toString()} shows no secret.
 */
public final class FoundriesCredentials {

  private static final String TOKEN_URL = "https://app.foundries.io/oauth/token/";

  private final @Nullable Token apiToken;
  private final @Nullable OAuthClient client;
  private final @Nullable TokenProvider provider;
  private final boolean plainBearer;

  private FoundriesCredentials(
      @Nullable Token apiToken,
      @Nullable OAuthClient client,
      @Nullable TokenProvider provider,
      boolean plainBearer) {
    this.apiToken = apiToken;
    this.client = client;
    this.provider = provider;
    this.plainBearer = plainBearer;
  }

  /**
   * Uses an API token, as it is made at app.foundries.io; sent as {@code OSF-TOKEN}.
   *
   * @param token the token
   * @return credentials with an end
   * @throws ConfigurationException if it is empty or holds a line break
   */
  public static FoundriesCredentials apiToken(String token) {
    return new FoundriesCredentials(Token.of(token), null, null, false);
  }

  /**
   * Logs in as an OAuth 2 client at app.foundries.io, which fioctl does too. Access tokens are
   * renewed before they expire, by their refresh token as long as that is accepted.
   *
   * @param clientId the client's id
   * @param clientSecret its secret
   * @return credentials that renew themselves
   * @throws ConfigurationException if one is empty
   */
  public static FoundriesCredentials oauth2(String clientId, String clientSecret) {
    return oauth2(TOKEN_URL, clientId, clientSecret);
  }

  /**
   * Logs in as an OAuth 2 client somewhere else, such as in a dedicated environment.
   *
   * @param tokenUrl the endpoint for tokens, with the slash at its end if it has one, such as
   *     {@code https://app.foundries.io/oauth/token/}
   * @param clientId the client's id
   * @param clientSecret its secret
   * @return credentials that renew themselves
   * @throws ConfigurationException if one is empty, or the URL can not be one
   */
  public static FoundriesCredentials oauth2(String tokenUrl, String clientId, String clientSecret) {
    if (clientId.isEmpty() || clientSecret.isEmpty()) {
      throw new ConfigurationException("a login needs a client's id and its secret", null);
    }
    URI endpoint = ApiUrl.parse("the token endpoint", tokenUrl);
    return new FoundriesCredentials(
        null, new OAuthClient(endpoint, clientId, clientSecret), null, false);
  }

  /**
   * Uses access tokens from anywhere. Give them their expiry, so that they are renewed in time.
   *
   * @param provider asked for each new token
   * @return credentials that renew themselves
   */
  public static FoundriesCredentials bearer(TokenProvider provider) {
    Objects.requireNonNull(provider, "provider");
    return new FoundriesCredentials(null, null, provider, false);
  }

  /**
   * Shows an API token as well.
   *
   * @param token the token
   * @return credentials like these with the token
   * @throws ConfigurationException if it is empty or holds a line break
   */
  public FoundriesCredentials withApiToken(String token) {
    return new FoundriesCredentials(Token.of(token), client, provider, plainBearer);
  }

  /**
   * Sends access tokens as they are: {@code Authorization: Bearer TOKEN}, as Foundries.io documents
   * it. By default they are sent in base64, which is what fioctl ships with, against the
   * documentation.
   *
   * @return credentials like these that send tokens as they are
   */
  public FoundriesCredentials withPlainBearer() {
    return new FoundriesCredentials(apiToken, client, provider, true);
  }

  /** Where a login goes, or null if there is none. */
  @Nullable URI endpoint() {
    return client == null ? null : client.endpoint();
  }

  /** Where access tokens come from, or null if none is sent. */
  @Nullable TokenProvider tokens(HttpCalls calls, InstantSource clock) {
    return client == null ? provider : new OAuthTokens(client, calls, clock);
  }

  Map<String, String> headers(@Nullable Token access) {
    var headers = new LinkedHashMap<String, String>();
    if (apiToken != null) {
      headers.put("OSF-TOKEN", apiToken.value());
    }
    if (access != null) {
      headers.put("Authorization", "Bearer " + shown(access));
    }
    return headers;
  }

  /** What must not be quoted. */
  List<String> secrets(@Nullable Token access) {
    var secrets = new ArrayList<String>();
    if (apiToken != null) {
      secrets.add(apiToken.value());
    }
    if (access != null) {
      secrets.add(access.value());
      secrets.add(shown(access));
    }
    return secrets;
  }

  private String shown(Token access) {
    return plainBearer
        ? access.value()
        : Base64.getEncoder().encodeToString(access.value().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    String bearer = client == null ? "provider" : "oauth2";
    boolean both = apiToken != null && (client != null || provider != null);
    return "FoundriesCredentials["
        + (apiToken == null ? bearer : both ? "token, " + bearer : "token")
        + "]";
  }
}
