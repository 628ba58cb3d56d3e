package dev.infraevents;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a source connects: deadlines, liveness, backoff, TLS, proxy, headers. The same for every
 * source. Immutable; {@link #toBuilder()} makes variants. There is no option that turns certificate
 * verification off.
 */
public final class ConnectionOptions {

  /** Reconnects for ever, pings every 20 s, trusts what the JVM trusts. */
  public static final ConnectionOptions DEFAULT = builder().build();

  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private final Builder values;

  private ConnectionOptions(Builder values) {
    this.values = new Builder(values);
  }

  /**
   * Starts from the defaults.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts from these options.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /**
   * How long one attempt may take, login and handshake included.
   *
   * @return 15 s by default
   */
  public Duration connectTimeout() {
    return values.connectTimeout;
  }

  /**
   * How often the peer is pinged.
   *
   * @return 20 s by default
   */
  public Duration pingInterval() {
    return values.pingInterval;
  }

  /**
   * How long after a ping the connection may stay silent.
   *
   * @return 10 s by default
   */
  public Duration pongTimeout() {
    return values.pongTimeout;
  }

  /**
   * How long to wait between attempts.
   *
   * @return 250 ms to 30 s by default, with full jitter
   */
  public Backoff backoff() {
    return values.backoff;
  }

  /**
   * How long a connection must last before failures are counted from one again.
   *
   * @return 60 s by default
   */
  public Duration healthyAfter() {
    return values.healthyAfter;
  }

  /**
   * How many attempts may fail in a row.
   *
   * @return 0 by default: no limit
   */
  public int maxFailures() {
    return values.maxFailures;
  }

  /**
   * How long before its expiry a token is renewed.
   *
   * @return 5 minutes by default; never more than a fifth of the token's remaining life
   */
  public Duration renewBefore() {
    return values.renewBefore;
  }

  /**
   * TLS material.
   *
   * @return null by default: what the JVM trusts, and no client certificate
   */
  public @Nullable TlsOptions tls() {
    return values.tls;
  }

  /**
   * The HTTP proxy.
   *
   * @return null by default: the JVM's proxy settings
   */
  public @Nullable InetSocketAddress proxy() {
    return values.proxy;
  }

  /**
   * Extra request headers.
   *
   * @return names and values, empty by default
   */
  public Map<String, String> headers() {
    return Map.copyOf(values.headers);
  }

  /** Shows no header value, which may be secret. */
  @Override
  public String toString() {
    return "ConnectionOptions[connectTimeout=%s, pingInterval=%s, pongTimeout=%s, headers=%s]"
        .formatted(connectTimeout(), pingInterval(), pongTimeout(), values.headers.keySet());
  }

  /** Builds {@link ConnectionOptions}. Not thread-safe. */
  public static final class Builder {
    private Duration connectTimeout = Duration.ofSeconds(15);
    private Duration pingInterval = Duration.ofSeconds(20);
    private Duration pongTimeout = Duration.ofSeconds(10);
    private Backoff backoff = Backoff.DEFAULT;
    private Duration healthyAfter = Duration.ofSeconds(60);
    private int maxFailures;
    private Duration renewBefore = Duration.ofMinutes(5);
    private @Nullable TlsOptions tls;
    private @Nullable InetSocketAddress proxy;
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Builder() {}

    private Builder(Builder other) {
      connectTimeout = other.connectTimeout;
      pingInterval = other.pingInterval;
      pongTimeout = other.pongTimeout;
      backoff = other.backoff;
      healthyAfter = other.healthyAfter;
      maxFailures = other.maxFailures;
      renewBefore = other.renewBefore;
      tls = other.tls;
      proxy = other.proxy;
      headers.putAll(other.headers);
    }

    /**
     * Bounds one attempt to connect, login and handshake included.
     *
     * @param timeout positive
     * @return this
     * @throws IllegalArgumentException if not positive
     */
    public Builder connectTimeout(Duration timeout) {
      this.connectTimeout = positive("connectTimeout", timeout);
      return this;
    }

    /**
     * Sets how a dead connection is noticed. Any inbound byte counts as life; a connection silent
     * for longer than both durations together is given up. GARM pings by itself only every 54 s.
     *
     * @param interval how often to ping; positive
     * @param pongTimeout how long to wait for an answer; positive
     * @return this
     * @throws IllegalArgumentException if one is not positive
     */
    public Builder ping(Duration interval, Duration pongTimeout) {
      this.pingInterval = positive("interval", interval);
      this.pongTimeout = positive("pongTimeout", pongTimeout);
      return this;
    }

    /**
     * Sets the wait between attempts. A {@code Retry-After} of the server wins where it is longer,
     * up to one day.
     *
     * @param backoff the policy
     * @return this
     */
    public Builder backoff(Backoff backoff) {
      this.backoff = Objects.requireNonNull(backoff, "backoff");
      return this;
    }

    /**
     * Sets how long a connection must last before failures are counted from one again, so that a
     * server which accepts and then drops connections is not hammered.
     *
     * @param duration positive
     * @return this
     * @throws IllegalArgumentException if not positive
     */
    public Builder healthyAfter(Duration duration) {
      this.healthyAfter = positive("healthyAfter", duration);
      return this;
    }

    /**
     * Gives up after some failures in a row; the subscription then fails with the last error.
     *
     * @param failures how many; 0 for no limit
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Builder maxFailures(int failures) {
      if (failures < 0) {
        throw new IllegalArgumentException("maxFailures must not be negative");
      }
      this.maxFailures = failures;
      return this;
    }

    /**
     * Sets how long before its expiry a token is renewed.
     *
     * @param duration positive
     * @return this
     * @throws IllegalArgumentException if not positive
     */
    public Builder renewBefore(Duration duration) {
      this.renewBefore = positive("renewBefore", duration);
      return this;
    }

    /**
     * Sets TLS material.
     *
     * @param tls certificates to trust and to show
     * @return this
     */
    public Builder tls(TlsOptions tls) {
      this.tls = Objects.requireNonNull(tls, "tls");
      return this;
    }

    /**
     * Connects through an HTTP proxy that asks for no login. For one that does, hand in the
     * transport's own client. A SOCKS proxy can not be used.
     *
     * @param proxy its address
     * @return this
     */
    public Builder proxy(InetSocketAddress proxy) {
      this.proxy = Objects.requireNonNull(proxy, "proxy");
      return this;
    }

    /**
     * Adds a header to every request, the upgrade included.
     *
     * @param name the header's name
     * @param value its value; treated as a secret
     * @return this
     * @throws ConfigurationException if name or value can not stand in a header, or it is one for a
     *     proxy, which these headers do not reach
     */
    public Builder header(String name, String value) {
      Matcher valid = HEADER_NAME.matcher(name);
      if (!valid.matches()) {
        // Not quoted in full: it may be a whole header, value and all.
        String start = valid.reset().lookingAt() ? valid.group() : "";
        throw new ConfigurationException(
            "a header name must not be empty or hold other than letters, digits and -; one starts"
                + " with \""
                + start
                + "\"",
            null);
      }
      if (name.toLowerCase(Locale.ROOT).startsWith("proxy-")) {
        throw new ConfigurationException(
            "header "
                + name
                + " would reach the server, not the proxy; log in to a proxy by means"
                + " of the transport's own client",
            null);
      }
      if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c >= 0x7f)) {
        throw new ConfigurationException(
            "the value of header " + name + " holds a line break or a non-ASCII character", null);
      }
      headers.put(name, value);
      return this;
    }

    /**
     * Builds the options.
     *
     * @return immutable options
     */
    public ConnectionOptions build() {
      return new ConnectionOptions(this);
    }

    private static Duration positive(String name, Duration duration) {
      if (duration.isZero() || duration.isNegative()) {
        throw new IllegalArgumentException(name + " must be positive, not " + duration);
      }
      return duration;
    }
  }
}
