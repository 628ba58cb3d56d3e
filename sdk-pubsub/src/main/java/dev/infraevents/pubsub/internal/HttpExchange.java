package dev.infraevents.pubsub.internal;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ProtocolException;
import dev.infraevents.SourceException;
import dev.infraevents.TlsOptions;
import dev.infraevents.TransportException;
import dev.infraevents.spi.OneLine;
import dev.infraevents.spi.TlsFailure;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. A thread of its own talks to the server: it heeds no interrupt, and
 * the JDK knows no deadline for a whole answer. Whoever waits goes at once; the thread ends when
 * its connection is closed under it, or, in the middle of an answer, with its next read.
 */
final class HttpExchange {

  private final HttpURLConnection connection;
  private final byte @Nullable [] body;
  private final int maxBody;
  private final String request;
  private final TlsOptions tls;
  private final CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();

  private volatile boolean aborted;
  private volatile boolean answering;
  private volatile boolean otherHost;

  /**
   * Prepares a request.
   *
   * @param body null to send none
   * @param request what to call it in messages
   */
  HttpExchange(
      HttpURLConnection connection,
      byte @Nullable [] body,
      int maxBody,
      String request,
      TlsOptions tls) {
    this.connection = connection;
    this.body = body;
    this.maxBody = maxBody;
    this.request = request;
    this.tls = tls;
    if (connection instanceof HttpsURLConnection https) {
      https.setSSLSocketFactory(tls.sslContext().getSocketFactory());
      // Asked only about a name that is not in the certificate, whatever the JVM-wide verifier is.
      https.setHostnameVerifier(
          (host, session) -> {
            otherHost = true;
            return false;
          });
    }
  }

  HttpAnswer await(Duration deadline) throws SourceException {
    String host = connection.getURL().getHost();
    Thread thread = new Thread(this::run, "infra-events-" + host + "-http");
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      abort();
      throw new TransportException(
          "%s was not answered in full within %d ms".formatted(request, deadline.toMillis()), e);
    } catch (InterruptedException e) {
      abort();
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while waiting for the answer to " + request, e);
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause());
    }
  }

  private void abort() {
    aborted = true; // first: a connection that is not there yet can not be closed
    if (!answering) { // else closing waits for the read that is under way
      connection.disconnect();
    }
  }

  @SuppressWarnings("CatchingUnchecked") // the caller would wait; an answer may not fit into memory
  private void run() {
    try {
      answer.complete(talk());
    } catch (Exception | Error e) {
      answer.completeExceptionally(e);
    } finally {
      connection.disconnect();
    }
  }

  private HttpAnswer talk() throws IOException {
    if (body != null) {
      connection.setDoOutput(true);
      connection.setFixedLengthStreamingMode(body.length); // else the JDK may send it twice
    }
    try {
      connection.connect();
    } catch (IOException e) {
      throw new NotConnectedException(e);
    }
    if (aborted) {
      throw new IOException("given up");
    }
    if (body != null) {
      try (OutputStream out = connection.getOutputStream()) {
        out.write(body);
      }
    }
    int status = connection.getResponseCode();
    answering = true;
    return new HttpAnswer(status, headers(), Bytes.of(content(status)));
  }

  // The stream is not closed: a server that would keep the connection gets it back with that, and
  // disconnect() would not find it any more.
  private byte[] content(int status) throws IOException {
    InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
    if (in == null) {
      return new byte[0]; // the JDK keeps no 401 to a request with a body
    }
    byte[] content = read(in);
    boolean hasBody = status >= 200 && status != 204 && status != 304;
    if (hasBody && content.length < connection.getContentLengthLong()) {
      throw new EOFException("the answer was cut off"); // the JDK does not notice
    }
    return content;
  }

  private byte[] read(InputStream in) throws IOException {
    var content = new ByteArrayOutputStream();
    byte[] part = new byte[8192];
    for (int count = in.read(part); count >= 0; count = in.read(part)) {
      content.write(part, 0, count);
      if (content.size() > maxBody) {
        throw new TooLongException();
      }
      if (aborted) {
        throw new IOException("given up");
      }
    }
    return content.toByteArray();
  }

  private Map<String, List<String>> headers() {
    var headers = new TreeMap<String, List<String>>();
    for (var header : connection.getHeaderFields().entrySet()) {
      if (header.getKey() != null) { // the status line has none
        headers.put(header.getKey().toLowerCase(Locale.ROOT), List.copyOf(header.getValue()));
      }
    }
    return Map.copyOf(headers);
  }

  private SourceException failure(Throwable cause) {
    if (cause instanceof TooLongException) {
      return new ProtocolException(
          "%s was answered with more than %d bytes".formatted(request, maxBody), null, false);
    }
    String alert = TlsFailure.refusedCertificate(cause, tls.hasClientCertificate());
    if (alert != null) {
      String what = tls.hasClientCertificate() ? "refuses the client" : "wants a client";
      return new AuthenticationException(
          "the server of %s %s certificate (TLS alert %s): pass one that it accepts with TlsOptions"
              .formatted(request, what, alert),
          0,
          cause);
    }
    if (otherHost || TlsFailure.isForAnotherHost(cause)) {
      return new ConfigurationException(
          "the server of "
              + request
              + " shows a TLS certificate for another host: use the name in it in the URL",
          cause);
    }
    if (TlsFailure.isUntrusted(cause)) {
      return new ConfigurationException(
          "the TLS certificate for %s is not trusted (%s); if it comes from a CA of your own, pass that with TlsOptions"
              .formatted(request, describe(cause)),
          cause);
    }
    return cause instanceof NotConnectedException && cause.getCause() != null
        ? new TransportException(
            "no connection for " + request + ": " + describe(cause.getCause()), cause)
        : new TransportException("no answer to " + request + ": " + describe(cause), cause);
  }

  private static String describe(Throwable cause) {
    if (cause instanceof UnknownHostException) {
      return "the name of the host is not known to DNS";
    }
    String message = cause instanceof IOException ? cause.getMessage() : null;
    return message == null ? cause.getClass().getSimpleName() : OneLine.of(message);
  }

  private static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
