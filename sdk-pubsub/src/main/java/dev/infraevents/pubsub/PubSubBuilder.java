package dev.infraevents.pubsub;

import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.spi.TimeSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What everything that talks to Pub/Sub needs to know. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class PubSubBuilder<B extends PubSubBuilder<B>>
    permits PullBuilder, PubSubForwarder.Builder {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  // Google's rules for the ids of topics and subscriptions, and of projects (old ones have a
  // domain in front).
  private static final Pattern ID = Pattern.compile("(?!goog)[A-Za-z][A-Za-z0-9\\-_.~+%]{2,254}");
  private static final Pattern PROJECT = Pattern.compile("[a-z][a-z0-9.\\-]*(:[a-z][a-z0-9\\-]*)?");

  private final Map<String, String> environment;
  private @Nullable Endpoint endpoint;
  private @Nullable Credentials credentials;
  private ConnectionOptions connection = ConnectionOptions.DEFAULT;
  private @Nullable TimeSource time;

  PubSubBuilder(Map<String, String> environment) {
    this.environment = environment;
  }

  abstract B self();

  /**
   * Sets who asks.
   *
   * @param credentials any of Google's; by default the application's default credentials, which are
   *     looked up when the first connection is opened. Not used with an emulator
   * @return this
   */
  public B credentials(Credentials credentials) {
    this.credentials = Objects.requireNonNull(credentials, "credentials");
    return self();
  }

  /**
   * Sets another server than {@code pubsub.googleapis.com:443}, such as the one of a region, which
   * exactly-once delivery needs.
   *
   * @param hostAndPort {@code host:port}; always encrypted
   * @return this
   * @throws ConfigurationException if it is no such address
   */
  public B endpoint(String hostAndPort) {
    this.endpoint = Endpoint.parse(hostAndPort, false, "endpoint");
    return self();
  }

  /**
   * Talks to an emulator: without encryption and without credentials. Without this and without
   * {@link #endpoint}, the environment variable {@code PUBSUB_EMULATOR_HOST} does the same.
   *
   * @param hostAndPort {@code host:port}
   * @return this
   * @throws ConfigurationException if it is no such address
   */
  public B emulator(String hostAndPort) {
    this.endpoint = Endpoint.parse(hostAndPort, true, "emulator");
    return self();
  }

  /**
   * Sets how to connect.
   *
   * @param connection deadlines, liveness, backoff, TLS, proxy, headers; {@link
   *     ConnectionOptions#DEFAULT} by default. The ping interval is not used: Google's client asks
   *     for a sign of life every 30 s
   * @return this
   */
  public B connection(ConnectionOptions connection) {
    this.connection = Objects.requireNonNull(connection, "connection");
    return self();
  }

  /**
   * Sets the time, for tests.
   *
   * @param time clocks and timers; those of Google's client pass in real time all the same
   * @return this
   */
  public B timeSource(TimeSource time) {
    this.time = Objects.requireNonNull(time, "time");
    return self();
  }

  /**
   * What was set.
   *
   * @throws ConfigurationException if it does not go together
   */
  PubSubSettings settings() {
    Endpoint server = endpoint == null ? fromEnvironment() : endpoint;
    if (server.emulator() && connection.tls() != null) {
      throw new ConfigurationException(
          "the emulator at " + server + " is not encrypted, so it can not use TLS options", null);
    }
    connection.headers().keySet().forEach(PubSubBuilder::requireTextHeader);
    return new PubSubSettings(server, server.emulator() ? null : scoped(), connection, time);
  }

  // A key of a service account can be used without a scope, but not renewed.
  private @Nullable Credentials scoped() {
    return credentials instanceof GoogleCredentials google && google.createScopedRequired()
        ? google.createScoped(List.of(PubSubChannels.SCOPE))
        : credentials;
  }

  private static void requireTextHeader(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith("-bin") || lower.startsWith("grpc-")) {
      throw new ConfigurationException(
          "the header " + name + " can not be set: gRPC gives such names a meaning of its own",
          null);
    }
  }

  private Endpoint fromEnvironment() {
    String emulator = environment.get(Endpoint.EMULATOR_VARIABLE);
    if (emulator == null || emulator.isBlank()) {
      return Endpoint.GOOGLE;
    }
    Endpoint server = Endpoint.parse(emulator.strip(), true, Endpoint.EMULATOR_VARIABLE);
    LOG.log(
        System.Logger.Level.INFO,
        "Pub/Sub is the emulator at {0}, as {1} says",
        server,
        Endpoint.EMULATOR_VARIABLE);
    return server;
  }

  /** The full name of a topic or subscription. */
  static String fullName(String project, String collection, String id) {
    if (!PROJECT.matcher(project).matches()) {
      throw new ConfigurationException("\"" + project + "\" can not be the id of a project", null);
    }
    if (!ID.matcher(id).matches()) {
      throw new ConfigurationException(
          "\"%s\" can not be the id in projects/%s/%s/ID: 3 to 255 letters, digits and -_.~+%%, starting with a letter, not with goog"
              .formatted(id, project, collection),
          null);
    }
    return "projects/" + project + "/" + collection + "/" + id;
  }
}
