package dev.infraevents.testkit.pubsub;

import java.net.URI;
import java.time.Duration;

/** Describes a {@link PushSubscription}. Not thread-safe. */
public final class PushSubscriptionBuilder {

  final PushSender sender;
  final URI endpoint;
  int concurrency = 1;
  Duration retryDelay = Duration.ofMillis(10);
  boolean pushBackoff;
  int duplicateEvery;
  int window = 1;
  long seed;
  boolean countsAttempts;
  boolean unwrapped;
  boolean metadata;

  PushSubscriptionBuilder(PushSender sender, URI endpoint) {
    this.sender = sender;
    this.endpoint = endpoint;
  }

  /**
   * Sets how many requests may be under way at a time.
   *
   * @param requests 1 by default
   * @return this builder
   */
  public PushSubscriptionBuilder concurrency(int requests) {
    if (requests < 1) {
      throw new IllegalArgumentException("concurrency has to be at least 1: " + requests);
    }
    this.concurrency = requests;
    return this;
  }

  /**
   * Sets when a message comes again that was not acknowledged.
   *
   * @param delay 10 ms by default; the policy of real subscriptions is "as soon as possible"
   * @return this builder
   */
  public PushSubscriptionBuilder retryDelay(Duration delay) {
    this.retryDelay = delay;
    return this;
  }

  /**
   * Pauses all pushes after one that was not acknowledged, as Pub/Sub does: for 100 ms, twice as
   * long with each further one, 60 s at most.
   *
   * @return this builder
   */
  public PushSubscriptionBuilder pushBackoff() {
    this.pushBackoff = true;
    return this;
  }

  /**
   * Pushes some messages once more although they were acknowledged.
   *
   * @param every 1 for all, 2 for every other one, and so on
   * @return this builder
   */
  public PushSubscriptionBuilder duplicateEvery(int every) {
    this.duplicateEvery = every;
    return this;
  }

  /**
   * Pushes messages in another order than they were published in.
   *
   * @param messages from how many of those that wait the next one is taken at random
   * @param randomSeed decides about the order
   * @return this builder
   */
  public PushSubscriptionBuilder reorder(int messages, long randomSeed) {
    this.window = messages;
    this.seed = randomSeed;
    return this;
  }

  /**
   * Tells the delivery attempt, as a subscription with a dead-letter policy does.
   *
   * @return this builder
   */
  public PushSubscriptionBuilder countingAttempts() {
    this.countsAttempts = true;
    return this;
  }

  /**
   * Pushes the data alone.
   *
   * @param withMetadata whether id, time and attributes are in the headers, or nowhere
   * @return this builder
   */
  public PushSubscriptionBuilder unwrapped(boolean withMetadata) {
    this.unwrapped = true;
    this.metadata = withMetadata;
    return this;
  }

  /**
   * Starts to push.
   *
   * @return a subscription, to be closed; closing the sender does that, too
   */
  public PushSubscription start() {
    return new PushSubscription(this);
  }
}
