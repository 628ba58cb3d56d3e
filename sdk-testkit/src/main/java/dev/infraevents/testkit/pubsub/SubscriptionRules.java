package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.Subscription;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Which subscriptions can be created. */
final class SubscriptionRules {

  private static final int FEWEST_ATTEMPTS = 5;
  private static final int MOST_ATTEMPTS = 100;

  private SubscriptionRules() {}

  /** Checks what is asked for, and fills in what is not said. */
  static Subscription complete(Subscription asked) {
    ResourceName.requireSubscription(asked.getName());
    Subscription.Builder config = asked.toBuilder().setState(Subscription.State.ACTIVE);
    if (asked.getAckDeadlineSeconds() == 0) {
      config.setAckDeadlineSeconds(StreamRules.SHORTEST_DEADLINE);
    } else if (!StreamRules.isDeadline(asked.getAckDeadlineSeconds())) {
      throw invalid("the deadline has to be 10 s to 600 s");
    }
    if (asked.getEnableExactlyOnceDelivery() && asked.hasPushConfig()) {
      throw invalid("a push subscription has no exactly-once delivery");
    }
    if (!asked.getFilter().isEmpty()) {
      throw Status.UNIMPLEMENTED.withDescription("the fake knows no filters").asRuntimeException();
    }
    int attempts = asked.getDeadLetterPolicy().getMaxDeliveryAttempts();
    if (attempts != 0 && (attempts < FEWEST_ATTEMPTS || attempts > MOST_ATTEMPTS)) {
      throw invalid("a message is delivered 5 to 100 times before it is a dead letter");
    }
    return config.build();
  }

  private static StatusRuntimeException invalid(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
  }
}
