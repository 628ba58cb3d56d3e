package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Subscription;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.internal.Changes;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The topics and subscriptions of a server. What is wrong with a call is thrown as its status. */
final class PubSubStore {

  private static final String DEAD_LETTER = "CloudPubSubDeadLetterSource";

  private final TimeSource time;
  private final ScheduledExecutorService ioTimer;
  private final Changes changes;
  private final int outstandingPerKey;
  private final Queue<Fault> nextFaults;
  private final Map<String, PubSubTopic> topics = new ConcurrentHashMap<>();
  private final Map<String, PubSubSubscription> subscriptions = new ConcurrentHashMap<>();
  private final AtomicInteger created = new AtomicInteger();
  private final AtomicLong messageIds = new AtomicLong(10_000_000_000_000L);

  PubSubStore(
      TimeSource time,
      ScheduledExecutorService ioTimer,
      Changes changes,
      int outstandingPerKey,
      Queue<Fault> nextFaults) {
    this.time = time;
    this.ioTimer = ioTimer;
    this.changes = changes;
    this.outstandingPerKey = outstandingPerKey;
    this.nextFaults = nextFaults;
  }

  Collection<PubSubSubscription> subscriptions() {
    return subscriptions.values();
  }

  /** Publishes as many messages to a subscription as it has streams, and to no other one. */
  void sendToEachStream(PubSubSubscription subscription, PubsubMessage message) {
    PubSubTopic topic = topics.get(subscription.config().getTopic());
    if (topic != null) {
      topic.publishToEachStream(subscription, message);
    }
  }

  PubSubTopic topic(String name) {
    return found(topics.get(name), "topic", name);
  }

  PubSubSubscription subscription(String name) {
    return found(subscriptions.get(name), "subscription", name);
  }

  PubSubTopic createTopic(String name) {
    ResourceName.requireTopic(name);
    var topic =
        new PubSubTopic(
            name, time, changes, () -> Long.toString(messageIds.incrementAndGet()), nextFaults);
    requireNew(topics.putIfAbsent(name, topic), name);
    return topic;
  }

  void deleteTopic(String name) {
    found(topics.remove(name), "topic", name);
  }

  PubSubSubscription createSubscription(Subscription asked) {
    Subscription config = SubscriptionRules.complete(asked);
    PubSubTopic topic = topic(config.getTopic());
    var subscription =
        new PubSubSubscription(
            created.incrementAndGet(),
            config,
            outstandingPerKey,
            time,
            ioTimer,
            changes,
            new DeadLetterTopic(config));
    requireNew(subscriptions.putIfAbsent(config.getName(), subscription), config.getName());
    topic.add(subscription);
    return subscription;
  }

  void deleteSubscription(String name) {
    PubSubSubscription subscription = found(subscriptions.remove(name), "subscription", name);
    topics.values().forEach(topic -> topic.remove(subscription));
    subscription.endStreams(notFound("subscription", name));
    subscription.close();
  }

  /** As it is known now: its topic may be gone. */
  Subscription config(PubSubSubscription subscription) {
    Subscription config = subscription.config();
    return topics.containsKey(config.getTopic())
        ? config
        : config.toBuilder().setTopic(ResourceName.DELETED_TOPIC).build();
  }

  @Override
  public String toString() {
    return topics.values() + ", " + subscriptions.values();
  }

  private static <T> T found(@Nullable T resource, String what, String name) {
    if (resource == null) {
      throw new StatusRuntimeException(notFound(what, name));
    }
    return resource;
  }

  private static Status notFound(String what, String name) {
    return Status.NOT_FOUND.withDescription("there is no " + what + " " + name);
  }

  private static void requireNew(@Nullable Object existing, String name) {
    if (existing != null) {
      throw Status.ALREADY_EXISTS
          .withDescription("there is one already: " + name)
          .asRuntimeException();
    }
  }

  /** Publishes what one subscription has given up, as Pub/Sub marks it. */
  private final class DeadLetterTopic implements MessageQueue.DeadLetters {

    private final Subscription config;

    DeadLetterTopic(Subscription config) {
      this.config = config;
    }

    private @Nullable PubSubTopic topic() {
      return topics.get(config.getDeadLetterPolicy().getDeadLetterTopic());
    }

    @Override
    public boolean isPossible() {
      return topic() != null;
    }

    @Override
    public void forward(SubscriptionMessage message) {
      PubSubTopic topic = topic();
      if (topic != null) {
        PubsubMessage original = message.message();
        var publishTime = original.getPublishTime();
        topic.publish(
            original.toBuilder()
                .putAttributes(
                    DEAD_LETTER + "DeliveryCount", Integer.toString(message.deliveries().size()))
                .putAttributes(DEAD_LETTER + "Subscription", ResourceName.id(config.getName()))
                .putAttributes(
                    DEAD_LETTER + "SubscriptionProject", ResourceName.project(config.getName()))
                .putAttributes(
                    DEAD_LETTER + "TopicPublishTime",
                    java.time.Instant.ofEpochSecond(
                            publishTime.getSeconds(), publishTime.getNanos())
                        .toString())
                .build());
      }
    }
  }
}
