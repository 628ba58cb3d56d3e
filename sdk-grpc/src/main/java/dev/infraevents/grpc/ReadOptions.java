package dev.infraevents.grpc;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a build or an invocation is read from the event store. Immutable; {@link #toBuilder()} makes
 * variants.
 */
public final class ReadOptions {

  /** From the first event until complete; gives up when nothing comes for half an hour. */
  public static final ReadOptions DEFAULT = builder().build();

  private final Builder values;

  private ReadOptions(Builder values) {
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
   * How far the read goes.
   *
   * @return {@link ReplayMode#UNTIL_COMPLETE} by default
   */
  public ReplayMode replayMode() {
    return values.replayMode;
  }

  /**
   * Where the read starts.
   *
   * @return the token of the event before; null by default: at the first event
   */
  public @Nullable String continuationToken() {
    return values.continuationToken;
  }

  /**
   * The instance that requests name.
   *
   * @return its name, or empty for none; null by default: as the client was told
   */
  public @Nullable String instanceName() {
    return values.instanceName;
  }

  /**
   * How long a server that is there may bring nothing.
   *
   * @return 30 minutes by default; null for ever
   */
  public @Nullable Duration idleTimeout() {
    return values.idleTimeout;
  }

  /**
   * For how long a read is tried again when the server does not know what to read.
   *
   * @return zero by default: not at all
   */
  public Duration notFoundRetry() {
    return values.notFoundRetry;
  }

  /** Builds {@link ReadOptions}. Not thread-safe. */
  public static final class Builder {
    private ReplayMode replayMode = ReplayMode.UNTIL_COMPLETE;
    private @Nullable String continuationToken;
    private @Nullable String instanceName;
    private @Nullable Duration idleTimeout = Duration.ofMinutes(30);
    private Duration notFoundRetry = Duration.ZERO;

    private Builder() {}

    private Builder(Builder other) {
      replayMode = other.replayMode;
      continuationToken = other.continuationToken;
      instanceName = other.instanceName;
      idleTimeout = other.idleTimeout;
      notFoundRetry = other.notFoundRetry;
    }

    /**
     * Sets how far the read goes.
     *
     * @param mode the mode; reads of builds know only {@link ReplayMode#UNTIL_COMPLETE}
     * @return this
     */
    public Builder replayMode(ReplayMode mode) {
      this.replayMode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /**
     * Goes on where another read has ended: after the event that had this token.
     *
     * @param continuationToken as in {@link dev.infraevents.engflow.StreamInfo}, of an event of the
     *     same stream: those of a build and of its invocations are not the same. Opaque
     * @return this
     * @throws IllegalArgumentException if it is empty
     */
    public Builder from(String continuationToken) {
      if (continuationToken.isEmpty()) {
        throw new IllegalArgumentException("a continuation token is not empty");
      }
      this.continuationToken = continuationToken;
      return this;
    }

    /**
     * Sets the instance that requests name, whatever the client was told.
     *
     * @param instanceName its name; empty for none
     * @return this
     */
    public Builder instanceName(String instanceName) {
      this.instanceName = Objects.requireNonNull(instanceName, "instanceName");
      return this;
    }

    /**
     * Bounds how long a server that is there may bring nothing. Where a build tool vanishes without
     * a word, a read that waits for the rest hangs until the server loses patience. Time in which
     * there is no connection, or in which the handler takes no more events, does not count.
     *
     * @param timeout positive
     * @return this
     * @throws IllegalArgumentException if not positive
     */
    public Builder idleTimeout(Duration timeout) {
      if (timeout.isZero() || timeout.isNegative()) {
        throw new IllegalArgumentException("idleTimeout must be positive, not " + timeout);
      }
      this.idleTimeout = timeout;
      return this;
    }

    /**
     * Waits for the next event for ever.
     *
     * @return this
     */
    public Builder noIdleTimeout() {
      this.idleTimeout = null;
      return this;
    }

    /**
     * Tries again when the server does not know what to read and has not brought an event of it
     * yet. Nothing promises that the store knows an invocation as soon as a notification of it has
     * come.
     *
     * @param limit for how long after the first such answer; zero for not at all
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Builder notFoundRetry(Duration limit) {
      if (limit.isNegative()) {
        throw new IllegalArgumentException("notFoundRetry must not be negative");
      }
      this.notFoundRetry = limit;
      return this;
    }

    /**
     * Builds the options.
     *
     * @return immutable options
     */
    public ReadOptions build() {
      return new ReadOptions(this);
    }
  }
}
