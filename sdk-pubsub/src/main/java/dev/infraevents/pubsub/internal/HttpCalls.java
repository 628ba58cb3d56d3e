package dev.infraevents.pubsub.internal;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceException;
import dev.infraevents.TlsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * Requests over HTTP with nothing but the JDK: a connection and a thread per call, neither of which
 * outlives it. Redirects are not followed, logins of the JVM's {@link Authenticator} are not sent,
 * and the server's certificate and host name are always verified, whatever the JVM-wide defaults of
 * {@link HttpsURLConnection} are.
 *
 * <p>Calls block; an interrupt ends them, is kept, and shows as a {@link
 * dev.infraevents.TransportException}. Every call returns what the server answered, errors
 * included, or throws
 *
 * <ul>
 *   <li>{@link dev.infraevents.TransportException} if it does not answer in full and in time,
 *   <li>{@link dev.infraevents.ConfigurationException} if its certificate is not trusted, or is for
 *       another host,
 *   <li>{@link dev.infraevents.AuthenticationException} if it does not accept our certificate, or
 *       wants one,
 *   <li>{@link dev.infraevents.ProtocolException} if the answer is longer than it may be.
 * </ul>
 *
 * <p>Nothing is sent twice, with one exception that can not be turned off: the JDK asks once more
 * when the connection of a GET ends before anything of an answer has come.
 *
 * <p>Thread-safe.
 */
public final class HttpCalls {

  /** {@link HttpURLConnection} counts milliseconds in 31 bits. */
  private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

  private static final Authenticator NO_LOGIN = new Authenticator() {};

  private final ConnectionOptions options;
  private final Duration deadline;
  private final int maxBody;
  private final TlsOptions tls;

  /**
   * Prepares calls; connects nowhere.
   *
   * @param options TLS, proxy, extra headers; its connect timeout bounds connecting and every wait
   *     for bytes
   * @param deadline how long a call may take in all
   * @param maxBody how many bytes the body of an answer may have
   */
  public HttpCalls(ConnectionOptions options, Duration deadline, int maxBody) {
    this.options = options;
    this.deadline = deadline;
    this.maxBody = maxBody;
    // Not the JVM-wide default factory, which another library may have made to trust everyone.
    this.tls = options.tls() == null ? TlsOptions.builder().build() : options.tls();
  }

  /**
   * Asks for something.
   *
   * @param url http or https
   * @param headers win over those of the options
   * @return the answer
   * @throws SourceException if there is none
   */
  public HttpAnswer get(URI url, Map<String, String> headers) throws SourceException {
    return exchange("GET", url, headers, null);
  }

  /**
   * Sends something, once.
   *
   * @param url http or https
   * @param headers win over those of the options; one should be {@code Content-Type}
   * @param body what to send
   * @return the answer; without its body if its status is 401
   * @throws SourceException if there is none; the server may have done what was asked all the same
   */
  public HttpAnswer post(URI url, Map<String, String> headers, byte[] body) throws SourceException {
    return exchange("POST", url, headers, body);
  }

  /**
   * Deletes something, with an empty body.
   *
   * @param url http or https
   * @param headers win over those of the options; one should be {@code Content-Type}
   * @return the answer; without its body if its status is 401
   * @throws SourceException if there is none; the server may have done what was asked all the same
   */
  public HttpAnswer delete(URI url, Map<String, String> headers) throws SourceException {
    return exchange("DELETE", url, headers, new byte[0]);
  }

  private HttpAnswer exchange(
      String method, URI url, Map<String, String> headers, byte @Nullable [] body) {
    HttpURLConnection connection;
    try {
      connection = open(url);
      connection.setRequestMethod(method);
    } catch (IOException e) {
      throw new UncheckedIOException("the JDK knows every URL of http and https", e);
    }
    connection.setRequestProperty("User-Agent", "infra-events");
    connection.setRequestProperty("Accept", "*/*");
    options.headers().forEach(connection::setRequestProperty);
    headers.forEach(connection::setRequestProperty);
    connection.setRequestProperty("Connection", "close");
    var exchange = new HttpExchange(connection, body, maxBody, method + " " + shown(url), tls);
    return exchange.await(deadline);
  }

  private HttpURLConnection open(URI url) throws IOException {
    InetSocketAddress proxy = options.proxy();
    var connection =
        (HttpURLConnection)
            (proxy == null
                ? url.toURL().openConnection()
                : url.toURL().openConnection(new Proxy(Proxy.Type.HTTP, proxy)));
    int wait = (int) Math.max(1, shorter(options.connectTimeout(), LONGEST).toMillis());
    connection.setConnectTimeout(wait);
    connection.setReadTimeout(wait);
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setAuthenticator(NO_LOGIN);
    return connection;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  // No user info and no query, which can be secret.
  private static String shown(URI url) {
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    return url.getScheme() + "://" + url.getHost() + port + url.getRawPath();
  }
}
