package dev.infraevents.testkit.pubsub;

import com.google.protobuf.Duration;
import com.google.pubsub.v1.RetryPolicy;
import com.google.pubsub.v1.Subscription;
import java.util.function.BooleanSupplier;

/** How often and after which pause a subscription delivers a message again. */
final class Redelivery {

  private static final Duration SHORTEST = Duration.newBuilder().setSeconds(10).build();
  private static final Duration LONGEST = Duration.newBuilder().setSeconds(600).build();
  private static final int USUAL_ATTEMPTS = 5;
  private static final int DOUBLINGS = 20; // as long as any pause may be

  private final boolean paused;
  private final long shortest;
  private final long longest;
  private final int attempts;
  private final BooleanSupplier deadLetterTopic;

  /**
   * As the subscription says.
   *
   * @param deadLetterTopic whether it is there
   */
  Redelivery(Subscription config, BooleanSupplier deadLetterTopic) {
    this.deadLetterTopic = deadLetterTopic;
    RetryPolicy policy = config.getRetryPolicy();
    this.paused = config.hasRetryPolicy();
    this.shortest = nanos(policy.hasMinimumBackoff() ? policy.getMinimumBackoff() : SHORTEST);
    this.longest = nanos(policy.hasMaximumBackoff() ? policy.getMaximumBackoff() : LONGEST);
    int most = config.getDeadLetterPolicy().getMaxDeliveryAttempts();
    int limited = most == 0 ? USUAL_ATTEMPTS : most;
    this.attempts = config.hasDeadLetterPolicy() ? limited : Integer.MAX_VALUE;
  }

  /** Whether a message has been delivered as often as it may be. */
  boolean isExhausted(SubscriptionMessage message) {
    return message.attempts() >= attempts && deadLetterTopic.getAsBoolean();
  }

  /** How long it takes until a message goes out again; not at all without a policy. */
  long pauseNanos(SubscriptionMessage message) {
    if (!paused) {
      return 0;
    }
    int doublings = Math.min(DOUBLINGS, message.attempts() - 1);
    return Math.min(longest, shortest << doublings);
  }

  private static long nanos(Duration duration) {
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos()).toNanos();
  }
}
