package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.Subscription;
import java.time.Duration;

/** Says how a subscription is set up that a test creates. By default it is as Foundries.io's. */
public final class NewSubscription {

  private final FakePubSub server;
  private final Subscription.Builder config = Subscription.newBuilder();

  NewSubscription(FakePubSub server, String name, String topic) {
    this.server = server;
    config.setName(name).setTopic(topic);
  }

  /**
   * Sets how long a delivery waits for its acknowledgement that was not pulled by a stream.
   *
   * @param deadline 10 s to 600 s; 10 s by default
   * @return this description
   */
  public NewSubscription ackDeadline(Duration deadline) {
    config.setAckDeadlineSeconds(Math.toIntExact(deadline.toSeconds()));
    return this;
  }

  /**
   * Tells clients which acknowledgements are in vain.
   *
   * @return this description
   */
  public NewSubscription exactlyOnce() {
    config.setEnableExactlyOnceDelivery(true);
    return this;
  }

  /**
   * Delivers messages of the same ordering key in order.
   *
   * @return this description
   */
  public NewSubscription ordered() {
    config.setEnableMessageOrdering(true);
    return this;
  }

  /**
   * Counts deliveries, and gives up a message after so many.
   *
   * @param topic where it goes then, if there is such a topic
   * @param attempts 5 to 100
   * @return this description
   */
  public NewSubscription deadLetter(PubSubTopic topic, int attempts) {
    config
        .getDeadLetterPolicyBuilder()
        .setDeadLetterTopic(topic.name())
        .setMaxDeliveryAttempts(attempts);
    return this;
  }

  /**
   * Lets a message wait before it is delivered again, twice as long each time. By default it does
   * not.
   *
   * @param shortest the first time
   * @param longest however often
   * @return this description
   */
  public NewSubscription backoff(Duration shortest, Duration longest) {
    config.getRetryPolicyBuilder().setMinimumBackoff(proto(shortest));
    config.getRetryPolicyBuilder().setMaximumBackoff(proto(longest));
    return this;
  }

  /**
   * Makes it a push subscription. Nothing is pushed, and nothing can be pulled.
   *
   * @param endpoint an URL
   * @return this description
   */
  public NewSubscription push(String endpoint) {
    config.getPushConfigBuilder().setPushEndpoint(endpoint);
    return this;
  }

  /**
   * Creates it. It gets what is published from now on.
   *
   * @return the subscription
   * @throws IllegalArgumentException if Pub/Sub would refuse it
   */
  public PubSubSubscription create() {
    return server.create(config.build());
  }

  private static com.google.protobuf.Duration proto(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.toSeconds())
        .setNanos(duration.toNanosPart())
        .build();
  }
}
