package dev.infraevents;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription treats its handler: order, bounds, retries, failures. Immutable; {@link
 * #toBuilder()} makes variants.
 */
public final class DeliveryOptions {

  /** Serial, 1,000 events or 16 MiB, no retry, the source's own failure action. */
  public static final DeliveryOptions DEFAULT = builder().build();

  private final Builder values;

  private DeliveryOptions(Builder values) {
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
   * How many events are handled at once, and in what order.
   *
   * @return serial by default
   */
  public Concurrency concurrency() {
    return values.concurrency;
  }

  /**
   * The client-side filter.
   *
   * @return everything by default
   */
  public EventFilter filter() {
    return values.filter;
  }

  /**
   * How many events may wait or be handled at a time.
   *
   * @return 1,000 by default
   */
  public int maxEvents() {
    return values.maxEvents;
  }

  /**
   * How many bytes the waiting and handled events may have together.
   *
   * @return 16 MiB by default
   */
  public long maxBytes() {
    return values.maxBytes;
  }

  /**
   * What to do at the bounds, where the source can not be slowed down.
   *
   * @return {@link OverflowPolicy#block} for 2 s by default
   */
  public OverflowPolicy overflow() {
    return values.overflow;
  }

  /**
   * How often a handler is called for one event.
   *
   * @return 1 by default: no retry
   */
  public int maxAttempts() {
    return values.maxAttempts;
  }

  /**
   * How long to wait between those calls.
   *
   * @return the backoff
   */
  public Backoff retryBackoff() {
    return values.retryBackoff;
  }

  /**
   * What to do with an event that could not be handled.
   *
   * @return null by default: {@link FailureAction#NACK} where the source redelivers, {@link
   *     FailureAction#ACK_AND_REPORT} elsewhere, and for messages that can not be read where the
   *     source has {@link Capability#NACK}
   */
  public @Nullable FailureAction failureAction() {
    return values.failureAction;
  }

  /**
   * Receives what could not be decoded or handled.
   *
   * @return a callback that does nothing by default
   */
  public Consumer<DeadLetter> deadLetters() {
    return values.deadLetters;
  }

  /**
   * Where the ids of handled events are remembered.
   *
   * @return null by default: in memory where the source redelivers, none elsewhere
   */
  public @Nullable DedupeStore dedupe() {
    return values.dedupe;
  }

  /**
   * How long {@link Subscription#close()} waits for events that were taken.
   *
   * @return 10 s by default
   */
  public Duration drainTimeout() {
    return values.drainTimeout;
  }

  /**
   * Where handlers run.
   *
   * @return null by default: threads of the subscription's own
   */
  public @Nullable Executor executor() {
    return values.executor;
  }

  /**
   * Whether the subscription's own threads are virtual.
   *
   * @return false by default
   */
  public boolean virtualThreads() {
    return values.virtualThreads;
  }

  /** Builds {@link DeliveryOptions}. Not thread-safe. */
  public static final class Builder {
    private Concurrency concurrency = Concurrency.serial();
    private EventFilter filter = EventFilter.all();
    private int maxEvents = 1_000;
    private long maxBytes = 16L << 20;
    private OverflowPolicy overflow = OverflowPolicy.block(Duration.ofSeconds(2));
    private int maxAttempts = 1;
    private Backoff retryBackoff = Backoff.DEFAULT;
    private @Nullable FailureAction failureAction;
    private Consumer<DeadLetter> deadLetters = letter -> {};
    private @Nullable DedupeStore dedupe;
    private Duration drainTimeout = Duration.ofSeconds(10);
    private @Nullable Executor executor;
    private boolean virtualThreads;

    private Builder() {}

    private Builder(Builder other) {
      concurrency = other.concurrency;
      filter = other.filter;
      maxEvents = other.maxEvents;
      maxBytes = other.maxBytes;
      overflow = other.overflow;
      maxAttempts = other.maxAttempts;
      retryBackoff = other.retryBackoff;
      failureAction = other.failureAction;
      deadLetters = other.deadLetters;
      dedupe = other.dedupe;
      drainTimeout = other.drainTimeout;
      executor = other.executor;
      virtualThreads = other.virtualThreads;
    }

    /**
     * Sets how many events are handled at once, and in what order.
     *
     * @param concurrency serial, keyed or unordered
     * @return this
     */
    public Builder concurrency(Concurrency concurrency) {
      this.concurrency = Objects.requireNonNull(concurrency, "concurrency");
      return this;
    }

    /**
     * Keeps events from the handler. They are acknowledged, and counted as filtered.
     *
     * @param filter what is wanted; evaluated before the payload is decoded
     * @return this
     */
    public Builder filter(EventFilter filter) {
      this.filter = Objects.requireNonNull(filter, "filter");
      return this;
    }

    /**
     * Bounds the events that wait or are handled.
     *
     * @param maxEvents how many; at least 1
     * @param maxBytes how many bytes together; at least 1. A single bigger event is still taken
     *     when nothing else waits
     * @return this
     * @throws IllegalArgumentException if a bound is below 1
     */
    public Builder buffer(int maxEvents, long maxBytes) {
      if (maxEvents < 1 || maxBytes < 1) {
        throw new IllegalArgumentException(
            "the buffer needs room for 1 event and 1 byte at least, not "
                + maxEvents
                + " and "
                + maxBytes);
      }
      this.maxEvents = maxEvents;
      this.maxBytes = maxBytes;
      return this;
    }

    /**
     * Sets what happens at the bounds where the source can not be slowed down.
     *
     * @param overflow the policy
     * @return this
     */
    public Builder overflow(OverflowPolicy overflow) {
      this.overflow = Objects.requireNonNull(overflow, "overflow");
      return this;
    }

    /**
     * Calls a failing handler again, in this process, before the failure action is taken. A waiting
     * event keeps its place: with serial order the next event waits too.
     *
     * @param maxAttempts how often the handler is called in all; at least 1
     * @param backoff the wait between the calls
     * @return this
     * @throws IllegalArgumentException if maxAttempts is below 1
     */
    public Builder retry(int maxAttempts, Backoff backoff) {
      if (maxAttempts < 1) {
        throw new IllegalArgumentException("maxAttempts must be at least 1, not " + maxAttempts);
      }
      this.maxAttempts = maxAttempts;
      this.retryBackoff = Objects.requireNonNull(backoff, "backoff");
      return this;
    }

    /**
     * Sets what happens to an event that could not be handled.
     *
     * @param action the action
     * @return this
     */
    public Builder onFailure(FailureAction action) {
      this.failureAction = Objects.requireNonNull(action, "action");
      return this;
    }

    /**
     * Sets who receives what could not be decoded or handled. Called on a handler thread, or on the
     * one that rejects a deferred event. If it throws, the event is not acknowledged.
     *
     * @param deadLetters the callback
     * @return this
     */
    public Builder deadLetters(Consumer<DeadLetter> deadLetters) {
      this.deadLetters = Objects.requireNonNull(deadLetters, "deadLetters");
      return this;
    }

    /**
     * Recognises redelivered events.
     *
     * @param store where the ids of handled events are remembered; shared between replicas if it is
     * @return this
     */
    public Builder dedupe(DedupeStore store) {
      this.dedupe = Objects.requireNonNull(store, "store");
      return this;
    }

    /**
     * Sets how long closing waits for events that were taken.
     *
     * @param drainTimeout zero to give them up at once
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Builder drainTimeout(Duration drainTimeout) {
      if (drainTimeout.isNegative()) {
        throw new IllegalArgumentException("drainTimeout must not be negative");
      }
      this.drainTimeout = drainTimeout;
      return this;
    }

    /**
     * Sets where handlers and signal listeners run. The executor stays the caller's: it is not shut
     * down. It must not run tasks on the calling thread, which may be one that reads a connection,
     * and it must not reject them: that ends the subscription as failed.
     *
     * @param executor the executor
     * @return this
     */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Runs handlers on virtual threads where the JVM has them (Java 21 and later), on platform
     * threads elsewhere. Without effect beside {@link #executor}.
     *
     * @return this
     */
    public Builder virtualThreads() {
      this.virtualThreads = true;
      return this;
    }

    /**
     * Builds the options.
     *
     * @return immutable options
     */
    public DeliveryOptions build() {
      return new DeliveryOptions(this);
    }
  }
}
