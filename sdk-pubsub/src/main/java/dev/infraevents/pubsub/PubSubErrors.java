package dev.infraevents.pubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode;
import com.google.auth.Credentials;
import com.google.auth.Retryable;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.TransportException;
import dev.infraevents.spi.OneLine;
import dev.infraevents.spi.TlsFailure;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the end of a call means, in our exceptions. Google's client buries the reason under several
 * others, so chains of causes are searched.
 *
 * <p>One for each subscription or forwarder, as it remembers whether the credentials have been
 * renewed. Thread-safe.
 */
final class PubSubErrors {

  private static final int MAX_WORDS = 300;

  private enum Renewal {
    NOT_TRIED,
    WANTED,
    TRIED
  }

  private final PubSubSettings settings;
  private final String resource;
  private final String whenGone;
  private final AtomicReference<Renewal> renewal = new AtomicReference<>(Renewal.NOT_TRIED);

  /**
   * Makes one.
   *
   * @param resource the full name of the subscription or topic
   * @param whenGone what to do where it does not exist or may not be used
   */
  PubSubErrors(PubSubSettings settings, String resource, String whenGone) {
    this.settings = settings;
    this.resource = resource;
    this.whenGone = whenGone;
  }

  /** The server has served a call, so the credentials are good. */
  void worked() {
    renewal.set(Renewal.NOT_TRIED);
  }

  /**
   * Fetches a new access token if the last one was refused. Blocks while it does.
   *
   * @throws SourceException if none can be had; if that may change, the next call tries again
   */
  void renewCredentials() throws SourceException {
    Credentials credentials = settings.credentials();
    if (!renewal.compareAndSet(Renewal.WANTED, Renewal.TRIED) || credentials == null) {
      return;
    }
    try {
      credentials.refresh();
    } catch (IOException e) {
      String message = "the credentials can not be renewed: " + words(e);
      if (e instanceof Retryable answer && !answer.isRetryable()) {
        throw new AuthenticationException(message, 0, e);
      }
      renewal.set(Renewal.WANTED);
      throw new TransportException(message, e);
    }
  }

  /** What to report of a failure of Google's client. */
  SourceException of(Throwable failure) {
    Status status = status(failure);
    if (status != null) {
      return of(status);
    }
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof IOException && settings.credentials() == null) {
        return new ConfigurationException(
            "no credentials: set credentials(...), or the environment variable"
                + " GOOGLE_APPLICATION_CREDENTIALS: "
                + words(e),
            failure);
      }
    }
    return new TransportException("the client for " + resource + " failed: " + failure, failure);
  }

  private static @Nullable Status status(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof StatusRuntimeException rpc) {
        return rpc.getStatus();
      }
      if (e instanceof StatusException rpc) {
        return rpc.getStatus();
      }
      if (e instanceof ApiException api
          && api.getStatusCode().getTransportCode() instanceof Status.Code code
          && api.getStatusCode().getCode() != StatusCode.Code.OK
          && !(api.getCause() instanceof StatusRuntimeException)) {
        return code.toStatus().withDescription(api.getMessage()).withCause(api.getCause());
      }
    }
    return null;
  }

  /** What to report of the end of a call. */
  SourceException of(Status status) {
    return switch (status.getCode()) {
      case OK ->
          new TransportException(
              settings.endpoint() + " ended the stream, as it may at any time", null);
      case UNAUTHENTICATED -> unauthenticated(status);
      case NOT_FOUND -> rpc(status, false, "it does not exist; " + whenGone);
      case PERMISSION_DENIED ->
          rpc(status, false, "these credentials may not use it, or it does not exist; " + whenGone);
      case FAILED_PRECONDITION ->
          rpc(status, false, "it is detached from its topic, or its messages are pushed elsewhere");
      case INVALID_ARGUMENT, OUT_OF_RANGE, UNIMPLEMENTED ->
          rpc(status, false, "the server does not take this request: check names and endpoint");
      case UNAVAILABLE -> unavailable(status);
      case CANCELLED -> new TransportException("the stream of " + resource + " was cut off", null);
      default -> rpc(status, true, "the server can not serve this now");
    };
  }

  // A key that was deleted, or a clock that has jumped. Google's client gives up for good.
  private SourceException unauthenticated(Status status) {
    if (renewal.compareAndSet(Renewal.NOT_TRIED, Renewal.WANTED)) {
      return rpc(status, true, "the credentials will be renewed, once");
    }
    return new AuthenticationException(
        answered(status)
            + (settings.endpoint().emulator()
                ? ": this is no emulator, it wants credentials"
                : ": the credentials are not accepted: made for something else, revoked or expired,"
                    + " or the clock of this machine is wrong"),
        0,
        status.getCause());
  }

  private SourceException unavailable(Status status) {
    Throwable cause = status.getCause();
    if (cause == null) {
      return rpc(status, true, "the server can not serve this now");
    }
    if (TlsFailure.isUntrusted(cause) || TlsFailure.isForAnotherHost(cause)) {
      return new ConfigurationException(
          settings.endpoint()
              + " shows a TLS certificate that is not trusted, or is for another host; see"
              + " ConnectionOptions.tls",
          cause);
    }
    return new TransportException(
        "no connection to " + settings.endpoint() + ": " + words(cause), cause);
  }

  private RpcException rpc(Status status, boolean retryable, String advice) {
    return new RpcException(
        answered(status) + ": " + advice,
        status.getCode().name(),
        retryable,
        null,
        status.getCause());
  }

  private String answered(Status status) {
    String words = status.getDescription();
    return "%s answered %s for %s%s"
        .formatted(
            settings.endpoint(),
            status.getCode(),
            resource,
            words == null ? "" : " (" + shown(words) + ")");
  }

  private String words(Throwable failure) {
    return shown(String.valueOf(failure.getMessage()));
  }

  private String shown(String words) {
    String line = OneLine.without(settings.connection().headers().values(), words);
    return line.length() > MAX_WORDS ? line.substring(0, MAX_WORDS) + "..." : line;
  }
}
