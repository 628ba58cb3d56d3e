package dev.infraevents.grpc;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.spi.OneLine;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns the ends of calls into exceptions that say what to do. Thread-safe. */
final class RpcErrors {

  /** A server that is exhausted gets more than the usual backoff. */
  private static final Duration EXHAUSTED_WAIT = Duration.ofSeconds(30);

  private static final int MAX_WORDS = 200;

  private static final Pattern TOO_LARGE =
      Pattern.compile("(?:Decompressed )?gRPC message exceeds maximum size (\\d+).*");
  private static final Pattern HTTP =
      Pattern.compile(
          "HTTP status code (\\d{3})(?:\ninvalid content-type: ([^\n]*))?.*", Pattern.DOTALL);

  private final EngFlowSettings settings;
  private final ConnectionErrors connections;

  RpcErrors(EngFlowSettings settings) {
    this.settings = settings;
    this.connections = new ConnectionErrors(settings);
  }

  /**
   * Says whether a server finds that it is pinged too often. Whoever pings on must do so less
   * often, or every connection will end this way.
   */
  static boolean asksForFewerPings(Status status) {
    String words = status.getDescription();
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
        && words != null
        && (words.contains("too_many_pings") || words.contains("ENHANCE_YOUR_CALM"));
  }

  /** What to report of a failure. */
  SourceException of(RpcFailure failure) {
    SourceException ofConnection = connections.of(failure, words(failure));
    if (ofConnection != null) {
      return ofConnection;
    }
    String description = failure.status().getDescription();
    Matcher http = HTTP.matcher(description == null ? "" : description);
    if (http.matches()) {
      return ofHttp(failure, Integer.parseInt(http.group(1)), http.group(2));
    }
    return switch (failure.status().getCode()) {
      case UNAUTHENTICATED -> unauthenticated(failure);
      case RESOURCE_EXHAUSTED -> exhausted(failure, description == null ? "" : description);
      case NOT_FOUND ->
          rpc(failure, failure.mayAppear(), "it is not there, or not yet: check the name");
      case PERMISSION_DENIED ->
          rpc(
              failure,
              false,
              "whoever these credentials belong to lacks a permission; the queue and the event store"
                  + " each need their own");
      case INVALID_ARGUMENT, OUT_OF_RANGE ->
          rpc(failure, false, "the cluster does not accept this request: change what it names");
      case UNIMPLEMENTED ->
          rpc(
              failure,
              failure.worked(),
              "the server has no such call: is it an EngFlow cluster, and new enough?");
      default -> rpc(failure, true, "the server can not serve this now");
    };
  }

  private SourceException unauthenticated(RpcFailure failure) {
    return new AuthenticationException(
        answered(failure) + ": " + unauthenticated(failure.token()), 0, null);
  }

  private String unauthenticated(@Nullable Token token) {
    Instant expiry = token == null ? null : token.expiresAt();
    if (token == null) {
      return settings.hasClientCertificate()
          ? "the cluster does not accept the client certificate, or wants credentials as well"
          : "the cluster wants credentials or a client certificate";
    }
    return expiry != null && !now().isBefore(expiry)
        ? "the token expired at " + expiry + "; supply credentials that can be renewed"
        : "the cluster does not accept the credentials: made for another one, revoked or expired";
  }

  private Instant now() {
    return settings.time() == null ? Instant.now() : settings.time().now();
  }

  private SourceException exhausted(RpcFailure failure, String description) {
    Matcher tooLarge = TOO_LARGE.matcher(description);
    if (tooLarge.matches()) {
      return tooLarge(failure, tooLarge.group(1));
    }
    if (asksForFewerPings(failure.status())) {
      return rpc(failure, true, RetryHint.of(failure.trailers()), "it was pinged too often");
    }
    Duration asked = RetryHint.of(failure.trailers());
    boolean longer = asked != null && asked.compareTo(EXHAUSTED_WAIT) > 0;
    return rpc(
        failure,
        true,
        longer ? asked : EXHAUSTED_WAIT,
        "the server has too much to do, or a quota is used up");
  }

  // The server's limit is told in the same words as ours.
  private SourceException tooLarge(RpcFailure failure, String limit) {
    if (limit.equals(Integer.toString(settings.maxMessageSize()))) {
      return new ConfigurationException(
          "%s answered %s with a message of more than %s bytes; raise maxMessageSize(...)"
              .formatted(settings.endpoint(), failure.operation(), limit),
          null);
    }
    return rpc(failure, false, "the server takes no message of more than " + limit + " bytes");
  }

  // No words: after these come headers and a page, which can hold anything.
  private SourceException ofHttp(RpcFailure failure, int status, @Nullable String contentType) {
    String answer =
        "%s answered %s over HTTP with %d%s, not as gRPC"
            .formatted(
                settings.endpoint(),
                failure.operation(),
                status,
                contentType == null || contentType.equals("null")
                    ? ""
                    : " (" + cut(OneLine.without(secrets(failure), contentType)) + ")");
    if (status == 401) {
      return new AuthenticationException(
          answer + ": a proxy in front of the cluster wants other credentials", 401, null);
    }
    boolean passing = status >= 500 || status == 429 || status == 408 || failure.worked();
    String advice =
        passing
            ? "a proxy in front of the cluster can not reach it now"
            : "this is no EngFlow cluster, or a proxy in front of it does not let gRPC through:"
                + " check the endpoint";
    return new RpcException(
        answer + ": " + advice,
        failure.status().getCode().name(),
        passing,
        RetryHint.of(failure.trailers()),
        null);
  }

  private RpcException rpc(RpcFailure failure, boolean retryable, String advice) {
    return rpc(failure, retryable, RetryHint.of(failure.trailers()), advice);
  }

  private RpcException rpc(
      RpcFailure failure, boolean retryable, @Nullable Duration retryAfter, String advice) {
    return new RpcException(
        answered(failure) + ": " + advice,
        failure.status().getCode().name(),
        retryable,
        retryAfter,
        null);
  }

  private String answered(RpcFailure failure) {
    String words = words(failure);
    return "%s answered %s with %s%s"
        .formatted(
            settings.endpoint(),
            failure.operation(),
            failure.status().getCode(),
            words.isEmpty() ? "" : " (" + words + ")");
  }

  /** The server's own words, short enough for a message. */
  private String words(RpcFailure failure) {
    String description = failure.status().getDescription();
    return description == null ? "" : cut(OneLine.without(secrets(failure), description));
  }

  private static String cut(String words) {
    return words.length() > MAX_WORDS ? words.substring(0, MAX_WORDS) + "..." : words;
  }

  private List<String> secrets(RpcFailure failure) {
    List<String> secrets = new ArrayList<>(settings.connection().headers().values());
    Token token = failure.token();
    if (token != null) {
      secrets.addAll(settings.credentials().secrets(token));
    }
    return secrets;
  }
}
