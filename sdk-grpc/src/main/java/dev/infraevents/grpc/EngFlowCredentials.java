package dev.infraevents.grpc;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How to prove to a cluster who asks; sent with every call. A client certificate is no part of
 * this: it belongs to the connection ({@link dev.infraevents.TlsOptions}), and both can be used
 * together. Immutable and thread-safe; {@link #toString()} shows no secret.
 */
public final class EngFlowCredentials {

  private static final String METHOD = "x-engflow-auth-method";
  private static final String TOKEN = "x-engflow-auth-token";

  private static final EngFlowCredentials NONE =
      new EngFlowCredentials("none", null, token -> Map.of());

  private final String kind;

  /** Where tokens come from; the helper is told which cluster is meant. Null if none are needed. */
  private final @Nullable Function<Endpoint, TokenProvider> provider;

  private final Function<Token, Map<String, List<String>>> headers;

  private EngFlowCredentials(
      String kind,
      @Nullable Function<Endpoint, TokenProvider> provider,
      Function<Token, Map<String, List<String>>> headers) {
    this.kind = kind;
    this.provider = provider;
    this.headers = headers;
  }

  /**
   * Sends none: for open clusters, and for those that want a client certificate only.
   *
   * @return no credentials
   */
  public static EngFlowCredentials none() {
    return NONE;
  }

  /**
   * Uses a token of the cluster, as its page {@code /gettingstarted} or {@code engflow_auth} makes
   * it. Sent as {@code x-engflow-auth-token}, with the method {@code jwt-v0}. It can not be
   * renewed: when the cluster refuses it, the subscription fails.
   *
   * @param jwt the token
   * @return credentials with an end
   * @throws ConfigurationException if it is empty or holds a line break
   */
  public static EngFlowCredentials token(String jwt) {
    return token(TokenProvider.fixed(Token.ofJwt(jwt)));
  }

  /**
   * Uses tokens of the cluster from anywhere. Give them their expiry ({@link Token#ofJwt}), so that
   * they are renewed in time.
   *
   * @param provider asked for each new token
   * @return credentials that renew themselves
   */
  public static EngFlowCredentials token(TokenProvider provider) {
    return of(
        "token",
        provider,
        token -> Map.of(METHOD, List.of("jwt-v0"), TOKEN, List.of(token.value())));
  }

  /**
   * Uses a bearer token: {@code authorization: Bearer ...}. It can not be renewed.
   *
   * @param token the token, such as one that an identity provider issued
   * @return credentials with an end
   * @throws ConfigurationException if it is empty or holds a line break
   */
  public static EngFlowCredentials bearer(String token) {
    return bearer(TokenProvider.fixed(Token.ofJwt(token)));
  }

  /**
   * Uses bearer tokens from anywhere.
   *
   * @param provider asked for each new token
   * @return credentials that renew themselves
   */
  public static EngFlowCredentials bearer(TokenProvider provider) {
    return of(
        "bearer", provider, token -> Map.of("authorization", List.of("Bearer " + token.value())));
  }

  /**
   * Sends these headers, for clusters whose own backend decides who is let in.
   *
   * @param headers names and values, all of which are treated as secrets
   * @return credentials that stay the same
   * @throws ConfigurationException if there is none, or one can not be sent as a gRPC header
   */
  public static EngFlowCredentials headers(Map<String, List<String>> headers) {
    if (headers.values().stream().allMatch(List::isEmpty)) {
      throw new ConfigurationException(
          "credentials of headers need one at least; or use none()", null);
    }
    return of("headers", TokenProvider.fixed(HeaderToken.of(headers, null)), HeaderToken::headers);
  }

  /**
   * Asks a program, such as EngFlow's own {@code engflow_auth}, by the protocol of Bazel's
   * credential helpers: it is run with the argument {@code get}, reads the cluster's URI as JSON
   * from its standard input, and prints headers and their expiry as JSON. It is run anew before the
   * expiry, and once when the cluster refuses its headers. When it fails, so does the subscription,
   * with an {@link dev.infraevents.AuthenticationException} that says why. It must not ask anybody
   * anything, and has as long as an attempt to connect ({@link
   * dev.infraevents.ConnectionOptions#connectTimeout()}).
   *
   * @param command the program and its arguments but {@code get}; not a shell's
   * @return credentials that renew themselves
   * @throws ConfigurationException if it names no program
   */
  public static EngFlowCredentials credentialHelper(List<String> command) {
    List<String> checked = CredentialHelper.checked(command);
    return new EngFlowCredentials(
        "credential helper",
        endpoint -> new CredentialHelper(checked, endpoint)::fetch,
        HeaderToken::headers);
  }

  private static EngFlowCredentials of(
      String kind, TokenProvider provider, Function<Token, Map<String, List<String>>> headers) {
    Objects.requireNonNull(provider, "provider");
    return new EngFlowCredentials(kind, endpoint -> provider, headers);
  }

  boolean areNone() {
    return provider == null;
  }

  /** Where the tokens for a cluster come from, or null if it gets none. */
  @Nullable TokenProvider provider(Endpoint endpoint) {
    return provider == null ? null : provider.apply(endpoint);
  }

  /** What a call is sent with. The token is one of the {@link #provider}. */
  Metadata metadata(Token token) {
    return RpcHeaders.metadata(headers.apply(token));
  }

  /** What a peer must not be quoted with. */
  List<String> secrets(Token token) {
    List<String> secrets = new ArrayList<>(List.of(token.value()));
    new LinkedHashMap<>(headers.apply(token))
        .forEach(
            (name, values) -> {
              if (!name.equals(METHOD)) {
                secrets.addAll(values);
              }
            });
    return secrets;
  }

  @Override
  public String toString() {
    return "EngFlowCredentials[" + kind + "]";
  }
}
