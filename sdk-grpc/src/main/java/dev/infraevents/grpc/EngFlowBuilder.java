package dev.infraevents.grpc;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.spi.TimeSource;
import io.grpc.ManagedChannelBuilder;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What everything that talks to an EngFlow cluster needs to know. Not thread-safe. */
abstract class EngFlowBuilder<B extends EngFlowBuilder<B>> {

  /** A cluster accepts events of up to 20 MiB; the rest is for what it wraps them in. */
  private static final int MAX_MESSAGE_SIZE = 21 * 1024 * 1024;

  private static final ConnectionOptions CONNECTION =
      ConnectionOptions.DEFAULT.toBuilder()
          .ping(Duration.ofSeconds(30), Duration.ofSeconds(20))
          .build();

  private @Nullable Endpoint endpoint;
  private EngFlowCredentials credentials = EngFlowCredentials.none();
  private ConnectionOptions connection = CONNECTION;
  private int maxMessageSize = MAX_MESSAGE_SIZE;
  private InstanceNames instanceNames = InstanceNames.copied();
  private Consumer<? super ManagedChannelBuilder<?>> customizer = channel -> {};
  private @Nullable TimeSource time;
  private boolean plaintextCredentials;

  EngFlowBuilder() {}

  abstract B self();

  /**
   * Sets the cluster's address; required.
   *
   * @param endpoint {@code grpcs://host[:port]} for TLS or {@code grpc://host[:port]} without; the
   *     port is 443 or 80 if none is given
   * @return this
   * @throws ConfigurationException if it is no such address
   */
  public B endpoint(String endpoint) {
    this.endpoint = Endpoint.parse(endpoint);
    return self();
  }

  /**
   * Sets who asks.
   *
   * @param credentials sent with every call; none by default
   * @return this
   */
  public B credentials(EngFlowCredentials credentials) {
    this.credentials = Objects.requireNonNull(credentials, "credentials");
    return self();
  }

  /**
   * Sends the credentials even where everyone on the way can read them: to a {@code grpc://}
   * endpoint that is not on this machine. Without this, that is refused.
   *
   * @return this
   */
  public B allowPlaintextCredentials() {
    this.plaintextCredentials = true;
    return self();
  }

  /**
   * Sets how to connect.
   *
   * @param connection deadlines, liveness, backoff, TLS, proxy, headers; by default {@link
   *     ConnectionOptions#DEFAULT} with a ping every 30 s, to be answered within 20 s. gRPC pings
   *     every 10 s at most
   * @return this
   */
  public B connection(ConnectionOptions connection) {
    this.connection = Objects.requireNonNull(connection, "connection");
    return self();
  }

  /**
   * Bounds the messages that come in; a larger one ends what it belongs to with a {@link
   * ConfigurationException}.
   *
   * @param bytes positive; 21 MiB by default: clusters accept events of up to 20 MiB ({@code
   *     --grpc_max_message_size}) and wrap them
   * @return this
   * @throws ConfigurationException if not positive
   */
  public B maxMessageSize(int bytes) {
    if (bytes <= 0) {
      throw new ConfigurationException("maxMessageSize must be positive, not " + bytes, null);
    }
    this.maxMessageSize = bytes;
    return self();
  }

  /**
   * Sets which instance requests to the event store name.
   *
   * @param names the policy; {@link InstanceNames#copied()} by default
   * @return this
   */
  public B instanceNames(InstanceNames names) {
    this.instanceNames = Objects.requireNonNull(names, "names");
    return self();
  }

  /**
   * Takes further settings (interceptors, a proxy that asks for a login, another authority) from
   * you. What this library sets wins: threads, sockets, TLS, liveness, message size, retries.
   *
   * @param customizer called for each channel that is made, with its builder
   * @return this
   */
  public B channel(Consumer<? super ManagedChannelBuilder<?>> customizer) {
    this.customizer = Objects.requireNonNull(customizer, "customizer");
    return self();
  }

  /**
   * Sets the time, for tests.
   *
   * @param time clocks and timers; gRPC's own, of pings for example, pass in real time all the same
   * @return this
   */
  public B timeSource(TimeSource time) {
    this.time = Objects.requireNonNull(time, "time");
    return self();
  }

  /**
   * What was set.
   *
   * @throws ConfigurationException if something is missing, or does not go together
   */
  EngFlowSettings settings() {
    if (endpoint == null) {
      throw new ConfigurationException("EngFlow needs endpoint(...)", null);
    }
    if (!endpoint.secure()
        && !credentials.areNone()
        && !plaintextCredentials
        && !endpoint.isLoopback()) {
      throw new ConfigurationException(
          endpoint
              + " is not encrypted: everyone on the way could read the credentials; use grpcs://,"
              + " or allowPlaintextCredentials()",
          null);
    }
    if (!endpoint.secure() && connection.tls() != null) {
      throw new ConfigurationException(
          endpoint + " is not encrypted, so it can not use TLS options; use grpcs://", null);
    }
    return new EngFlowSettings(
        endpoint, credentials, connection, maxMessageSize, instanceNames, customizer, time);
  }
}
