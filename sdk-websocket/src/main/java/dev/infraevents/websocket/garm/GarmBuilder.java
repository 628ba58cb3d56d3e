package dev.infraevents.websocket.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.util.Objects;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** What everything that talks to GARM needs to know. Not thread-safe. */
abstract class GarmBuilder<B extends GarmBuilder<B>> {

  private @Nullable BaseUrl base;
  private @Nullable GarmCredentials credentials;
  @Nullable OkHttpClient template;
  @Nullable TimeSource time;
  ConnectionOptions connection = ConnectionOptions.DEFAULT;

  GarmBuilder() {}

  abstract B self();

  /**
   * Sets the server's address; required.
   *
   * @param url its base, as garm-cli takes it: http or https (or ws, wss), with the path prefix of
   *     a reverse proxy if there is one, without {@code /api/v1}
   * @return this
   * @throws ConfigurationException if it is no such address
   */
  public B url(String url) {
    this.base = BaseUrl.parse(url);
    return self();
  }

  /**
   * Sets who asks; required.
   *
   * @param credentials an admin's
   * @return this
   */
  public B credentials(GarmCredentials credentials) {
    this.credentials = Objects.requireNonNull(credentials, "credentials");
    return self();
  }

  /**
   * Sets how to connect.
   *
   * @param connection deadlines, liveness, backoff, TLS, proxy, headers
   * @return this
   */
  public B connection(ConnectionOptions connection) {
    this.connection = Objects.requireNonNull(connection, "connection");
    return self();
  }

  /**
   * Takes further settings (DNS, interceptors, proxy authentication) from a client of yours. Its
   * threads and connections are not used, and it is not closed; the connection options win.
   *
   * @param client the client
   * @return this
   * @throws ConfigurationException if it has a socket factory or a hostname verifier of its own
   */
  public B httpClient(OkHttpClient client) {
    HttpClients.check(client);
    this.template = client;
    return self();
  }

  /**
   * Sets the time, for tests.
   *
   * @param time clocks and timers
   * @return this
   */
  public B timeSource(TimeSource time) {
    this.time = Objects.requireNonNull(time, "time");
    return self();
  }

  BaseUrl base() {
    if (base == null) {
      throw incomplete();
    }
    return base;
  }

  GarmCredentials credentials() {
    if (credentials == null) {
      throw incomplete();
    }
    return credentials;
  }

  private static ConfigurationException incomplete() {
    return new ConfigurationException("GARM needs url(...) and credentials(...)", null);
  }
}
