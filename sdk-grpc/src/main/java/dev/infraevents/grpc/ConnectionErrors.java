package dev.infraevents.grpc;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.SourceException;
import dev.infraevents.TransportException;
import dev.infraevents.spi.OneLine;
import dev.infraevents.spi.TlsFailure;
import io.grpc.Status;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The ends of calls that no server has answered. */
final class ConnectionErrors {

  /** They do not get better by waiting. */
  private static final Set<String> OVER = Set.of("certificate_expired", "certificate_revoked");

  /** How grpc-java's own words start where it gives no cause. */
  private static final List<String> LOCAL =
      List.of(
          "End of stream or IOException",
          "HTTP/2 error code: NO_ERROR",
          "Keepalive failed",
          "Ping failed",
          "Stream ids exhausted",
          "Timed out waiting for second handshake thread",
          "Unable to resolve host");

  /** Of grpc-java where the server ignores ALPN, and of the JDK where it does not. */
  private static final Pattern NO_HTTP2 =
      Pattern.compile(
          "TLS ALPN negotiation failed|Unexpected protocol: |.*no_application_protocol");

  private static final Pattern PROXY_REFUSED =
      Pattern.compile(
          "Response returned from proxy was not successful \\(expected 2xx, got (\\d+).*",
          Pattern.DOTALL);
  private static final String PROXY_FAILED = "Failed trying to connect with proxy";

  private final Endpoint endpoint;
  private final boolean certificate;

  ConnectionErrors(EngFlowSettings settings) {
    this.endpoint = settings.endpoint();
    this.certificate = settings.hasClientCertificate();
  }

  /**
   * What to report, or null if a server has answered.
   *
   * @param words gRPC's, fit for a message
   */
  @Nullable SourceException of(RpcFailure failure, String words) {
    Status status = failure.status();
    boolean unavailable = status.getCode() == Status.Code.UNAVAILABLE;
    String description = status.getDescription() == null ? "" : status.getDescription();
    Matcher refused = PROXY_REFUSED.matcher(description);
    if (unavailable && refused.matches()) { // first: a proxy's HTTP/1.1 is no mismatch
      return refusedByProxy(failure, refused.group(1));
    }
    SourceException mismatch = mismatch(failure);
    if (mismatch != null || !unavailable) {
      return mismatch;
    }
    Throwable cause = status.getCause() == null ? failure.watch().failure() : status.getCause();
    if (cause == null) {
      return LOCAL.stream().anyMatch(description::startsWith)
          ? new TransportException("the connection to " + endpoint + " was lost: " + words, null)
          : null;
    }
    SourceException tls = tls(failure, cause);
    if (tls != null) {
      return tls;
    }
    return new TransportException(
        "no connection to %s%s: %s"
            .formatted(
                endpoint,
                description.startsWith(PROXY_FAILED) ? " through the proxy" : "",
                describe(cause, words)),
        cause);
  }

  // No words of the proxy's: a page follows, which can hold anything.
  private SourceException refusedByProxy(RpcFailure failure, String status) {
    if (status.equals("407") && !failure.worked()) {
      return new ConfigurationException(
          "the proxy wants a login before it lets a connection to "
              + endpoint
              + " through (407): set a ProxyDetector that knows one with channel(...)",
          null);
    }
    return new TransportException(
        "the proxy does not let a connection to %s through (%s)".formatted(endpoint, status), null);
  }

  private @Nullable SourceException tls(RpcFailure failure, Throwable cause) {
    IOException read = failure.watch().failure();
    String alert = TlsFailure.refusedCertificate(cause, certificate);
    if (alert == null && read != null) {
      alert =
          TlsFailure.refusedCertificate(read, certificate); // gRPC may know of a failed write only
    }
    if (alert != null) {
      return refusedCertificate(failure, alert, cause);
    }
    if (failure.worked()) {
      return null;
    }
    if (TlsFailure.isForAnotherHost(cause)) {
      return new ConfigurationException(
          endpoint
              + " shows a TLS certificate for another host: use the name in it as the endpoint",
          cause);
    }
    if (TlsFailure.isUntrusted(cause)) {
      return new ConfigurationException(
          "the TLS certificate of %s is not trusted (%s); if it comes from a CA of your own, pass that with TlsOptions"
              .formatted(endpoint, describe(cause, "")),
          cause);
    }
    return null;
  }

  private SourceException refusedCertificate(RpcFailure failure, String alert, Throwable cause) {
    String message =
        "%s %s (TLS alert %s): pass one that it accepts with TlsOptions"
            .formatted(
                endpoint,
                certificate ? "refuses the client certificate" : "wants a client certificate",
                alert);
    return failure.worked() && !OVER.contains(alert)
        ? new TransportException(message, cause)
        : new AuthenticationException(message, 0, cause);
  }

  private @Nullable SourceException mismatch(RpcFailure failure) {
    String what = mismatch(failure.status().getCause(), failure.watch());
    if (what == null) {
      return null;
    }
    String message = endpoint + " " + what;
    Throwable cause = failure.status().getCause();
    return failure.worked()
        ? new TransportException(message, cause)
        : new ConfigurationException(message, cause);
  }

  private @Nullable String mismatch(@Nullable Throwable cause, ConnectionWatch watch) {
    if (!endpoint.secure()) {
      if (watch.answeredWithTls()) {
        return "speaks TLS: use grpcs://";
      }
      return watch.answeredWithHttp1()
          ? "speaks HTTP/1.1, not gRPC: check host and port; a proxy in front of a cluster must"
              + " let HTTP/2 through"
          : null;
    }
    String words = cause == null ? null : cause.getMessage();
    if (words == null) {
      return null;
    }
    if (words.contains("Unsupported or unrecognized SSL message")) {
      return "does not speak TLS: use grpc://, or its port for TLS";
    }
    return NO_HTTP2.matcher(words).lookingAt()
        ? "does not offer HTTP/2, which gRPC needs: check host and port; a proxy in front of a"
            + " cluster must let HTTP/2 through"
        : null;
  }

  private static String describe(Throwable cause, String words) {
    if (cause instanceof UnknownHostException || cause.getCause() instanceof UnknownHostException) {
      return "its name is not known to DNS";
    }
    String message = cause instanceof IOException ? cause.getMessage() : null;
    if (message != null) {
      return OneLine.of(message);
    }
    return words.isEmpty() ? cause.getClass().getSimpleName() : words;
  }
}
