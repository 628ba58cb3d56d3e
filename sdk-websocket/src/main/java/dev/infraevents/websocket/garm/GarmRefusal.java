package dev.infraevents.websocket.garm;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.HandshakeException;
import dev.infraevents.RequestException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.spi.OneLine;
import dev.infraevents.spi.TlsFailure;
import dev.infraevents.websocket.internal.BaseUrl;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Turns GARM's refusals into exceptions that say what to do. */
final class GarmRefusal {

  private GarmRefusal() {}

  /**
   * A refused upgrade.
   *
   * @param base the server
   * @param kind what was to be opened
   * @param answer what it said
   * @param expired the expiry of the refused token if that has passed, or null
   * @param worked whether the same request has been accepted before: then the setting is right and
   *     the refusal is taken for a passing one (a proxy being redeployed answers 404 too)
   */
  static SourceException of(
      BaseUrl base, GarmSocket kind, GarmAnswer answer, @Nullable Instant expired, boolean worked) {
    if (answer.status() == 400 && answer.details().equals("log streamer is disabled")) {
      return handshake(
          base,
          answer,
          false, // it stays so until someone changes the configuration
          "set enable_log_streamer = true under [logging] in GARM's configuration and restart it");
    }
    return switch (answer.status()) {
      case 401 -> unauthorized(base, answer, expired);
      case 409 -> handshake(base, answer, true, conflict(answer));
      case 404 ->
          handshake(
              base,
              answer,
              worked,
              answer.isJson()
                  ? "this GARM has no such route: " + kind.since()
                  : "no GARM at this path: check the URL and its path prefix");
      case 403 -> handshake(base, answer, worked, "GARM or a proxy in front of it forbids this");
      case 400, 426 ->
          handshake(
              base,
              answer,
              worked,
              "the upgrade to a websocket did not arrive: let the proxy in front of GARM pass the"
                  + " headers Upgrade and Connection, with HTTP/1.1");
      case 301, 302, 303, 307, 308 ->
          handshake(base, answer, worked, "the server redirects elsewhere: use its own URL");
      default ->
          handshake(
              base,
              answer,
              answer.status() >= 500 || answer.status() == 429 || answer.status() == 408 || worked,
              answer.status() < 400
                  ? "this is no GARM: check the URL"
                  : "the server can not serve this now");
    };
  }

  /**
   * A request that was answered with an error.
   *
   * @param base the server
   * @param request what was asked, such as {@code GET pools}
   * @param token the one that was sent, or null
   * @param answer what it said
   * @param worked whether it has ever answered as GARM does
   */
  static SourceException ofRequest(
      BaseUrl base, String request, @Nullable Token token, GarmAnswer answer, boolean worked) {
    int status = answer.status();
    if (status == 401) {
      Instant sent = answer.sentAt();
      return unauthorized(base, answer, sent == null ? null : expired(token, sent));
    }
    // An answer in GARM's own form means what it says; any other is perhaps a proxy's, and passes.
    boolean passing = status >= 500 || status == 429 || status == 408;
    boolean retryable = passing || (answer.isJson() ? isNotReady(answer) : worked);
    return new RequestException(
        "%s answered %s with %d (%s): %s"
            .formatted(base, request, status, answer.words(), advice(answer)),
        retryable,
        status,
        answer.error(),
        answer.details(),
        answer.headers(),
        answer.body(),
        answer.retryAfter());
  }

  private static String advice(GarmAnswer answer) {
    return switch (answer.status()) {
      case 400 -> invalid(answer);
      case 403 -> "GARM or a proxy in front of it forbids this";
      case 404 -> missing(answer);
      case 409 -> conflict(answer);
      case 422 -> "GARM understands this and can not do it: change what the details name";
      case 500 -> "GARM failed, and says why in its own log only";
      default -> {
        if (answer.status() >= 400) {
          yield "the server can not serve this now";
        }
        yield answer.header("Location") == null
            ? "this is no GARM: check the URL"
            : "the server redirects elsewhere: use its own URL";
      }
    };
  }

  private static String missing(GarmAnswer answer) {
    return switch (answer.error()) {
      case "Not Found" -> "there is no such entity, or no longer";
      case "Not found" -> "this GARM has no such route: it is older than what was asked for";
      default -> "no GARM at this path: check the URL and its path prefix";
    };
  }

  // The details are those of the first run; all else is said by the server itself. The words that
  // are shown may lack what is in the password ("password", say), so the body is looked at.
  private static String invalid(GarmAnswer answer) {
    String body = answer.fullBody();
    if (body.contains("missing username or email") || body.contains("invalid email address")) {
      return "give a user name and a valid e-mail address";
    }
    if (body.contains("invalid username")) {
      return "use letters and digits only, at most 64";
    }
    if (body.contains("password is too weak")) {
      return "choose a longer, less predictable one (GARM asks for a zxcvbn score of 4)";
    }
    return "change what the details name";
  }

  private static boolean isNotReady(GarmAnswer answer) {
    return answer.error().equals("init_required") || answer.error().equals("urls_required");
  }

  // A missing, an expired and a revoked token get the same answer; only our own clock tells them
  // apart.
  private static SourceException unauthorized(
      BaseUrl base, GarmAnswer answer, @Nullable Instant expired) {
    String reason;
    if (!answer.isJson() && answer.body().equals("Unauthorized")) {
      reason = "the user is no admin, and GARM shows events and state to admins only";
    } else if (expired != null) {
      reason = "the token expired at " + expired + "; supply credentials that can be renewed";
    } else {
      reason =
          "the token is not accepted: made by another server, revoked by a new password, or its"
              + " user is disabled";
    }
    return new AuthenticationException(
        base + " answered 401 (" + answer.words() + "): " + reason, 401, null);
  }

  private static String conflict(GarmAnswer answer) {
    return switch (answer.error()) {
      case "init_required" -> "GARM has no admin user yet: run garm-cli init";
      case "urls_required" -> "GARM does not know its own URLs yet: run garm-cli controller update";
      case "Conflict" -> "this was done before, or contradicts what is there";
      default -> "GARM is not ready";
    };
  }

  private static SourceException handshake(
      BaseUrl base, GarmAnswer answer, boolean retryable, String what) {
    String location = answer.header("Location");
    return new HandshakeException(
        "%s answered %d (%s%s): %s"
            .formatted(
                base,
                answer.status(),
                answer.words(),
                location == null ? "" : " to another address",
                what),
        retryable,
        answer.status(),
        answer.headers(),
        answer.body(),
        answer.retryAfter());
  }

  /** No answer at all. */
  static SourceException unreachable(BaseUrl base, Throwable cause, boolean worked) {
    // Anything else in a handshake, such as a peer that hangs up, may be a server that is starting.
    if (!worked && TlsFailure.isForAnotherHost(cause)) {
      return new ConfigurationException(
          base + " shows a TLS certificate for another host: use the name in it as the URL", cause);
    }
    if (!worked && TlsFailure.isUntrusted(cause)) {
      return new ConfigurationException(
          "the TLS certificate of %s is not trusted (%s); if it comes from a CA of your own, pass that with TlsOptions"
              .formatted(base, describe(cause)),
          cause);
    }
    return new TransportException("no connection to " + base + ": " + describe(cause), cause);
  }

  /** A connection that was up is gone. */
  static SourceException lost(BaseUrl base, Throwable cause) {
    return new TransportException(
        "the connection to " + base + " was lost: " + describe(cause), cause);
  }

  private static String describe(Throwable cause) {
    String message = cause instanceof IOException ? cause.getMessage() : null;
    return message == null ? cause.getClass().getSimpleName() : OneLine.of(message);
  }

  static @Nullable Instant expired(@Nullable Token token, Instant now) {
    Instant expiry = token == null ? null : token.expiresAt();
    return expiry != null && !now.isBefore(expiry) ? expiry : null;
  }
}
