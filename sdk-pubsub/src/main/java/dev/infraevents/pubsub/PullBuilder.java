package dev.infraevents.pubsub;

import dev.infraevents.ConfigurationException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What everything that pulls a subscription needs to know. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class PullBuilder<B extends PullBuilder<B>> extends PubSubBuilder<B>
    permits FoundriesPullSource.Builder, CloudEventsPullSource.Builder {

  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(10);

  /** For which Pub/Sub keeps a message, at most. */
  private static final Duration LONGEST_LEASE = Duration.ofDays(31);

  private @Nullable String subscription;
  private Duration maxLease = Duration.ofHours(1);

  PullBuilder(Map<String, String> environment) {
    super(environment);
  }

  /**
   * Sets which subscription to pull; required.
   *
   * @param project the id of its project
   * @param id its id
   * @return this
   * @throws ConfigurationException if there can be no such subscription
   */
  public B subscription(String project, String id) {
    return subscription(fullName(project, "subscriptions", id));
  }

  B subscription(String fullName) {
    this.subscription = fullName;
    return self();
  }

  /**
   * Sets for how long a message is kept from being delivered again while it waits or is handled.
   * Until then its lease is extended again and again; it is the {@linkplain
   * dev.infraevents.Delivery#deadline deadline} of a delivery.
   *
   * @param maxLease 10 s to 31 days; 1 h by default
   * @return this
   * @throws ConfigurationException if it is out of these bounds
   */
  public B maxLease(Duration maxLease) {
    if (maxLease.compareTo(SHORTEST_LEASE) < 0 || maxLease.compareTo(LONGEST_LEASE) > 0) {
      throw new ConfigurationException(
          "maxLease must be from 10 s to 31 days, not " + maxLease, null);
    }
    this.maxLease = maxLease;
    return self();
  }

  /**
   * What was set.
   *
   * @param whenGone what to do where the subscription does not exist or may not be used
   * @throws ConfigurationException if something is missing, or does not go together
   */
  PullSettings pullSettings(String whenGone) {
    if (subscription == null) {
      throw new ConfigurationException("set which subscription(...) to pull", null);
    }
    return new PullSettings(settings(), subscription, maxLease, whenGone);
  }
}
