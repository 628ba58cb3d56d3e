package dev.infraevents.pubsub;

import static org.awaitility.Awaitility.await;

import dev.infraevents.Backoff;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceException;
import dev.infraevents.Subscription;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.FakePubSubBuilder;
import dev.infraevents.testkit.pubsub.MessageSettlement;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.NewSubscription;
import dev.infraevents.testkit.pubsub.PubSubSubscription;
import dev.infraevents.testkit.pubsub.PubSubTopic;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/** A server with one queue of a Factory, and what tests of its consumers have in common. */
final class PullQueue implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Reconnects at once. */
  static final ConnectionOptions QUICK =
      ConnectionOptions.builder()
          .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
          .build();

  private final FakePubSub pubsub;
  private final PubSubTopic factory;
  private final PubSubSubscription subscription;

  private PullQueue(FakePubSub pubsub, UnaryOperator<NewSubscription> described) {
    this.pubsub = pubsub;
    this.factory = pubsub.createTopic("factory");
    this.subscription = described.apply(pubsub.newSubscription("queue", "factory")).create();
  }

  static PullQueue start() {
    return start(described -> described);
  }

  static PullQueue start(UnaryOperator<NewSubscription> described) {
    return start(FakePubSub.builder(), described);
  }

  static PullQueue start(FakePubSubBuilder server) {
    return start(server, described -> described);
  }

  static PullQueue start(FakePubSubBuilder server, UnaryOperator<NewSubscription> described) {
    return new PullQueue(server.start(), described);
  }

  FakePubSub pubsub() {
    return pubsub;
  }

  PubSubSubscription subscription() {
    return subscription;
  }

  /** A source that takes the server for an emulator. */
  FoundriesPullSource.Builder source() {
    return source("queue").emulator(pubsub.emulatorHost());
  }

  FoundriesPullSource.Builder source(String id) {
    return FoundriesPullSource.builder().subscription(pubsub.project(), id).connection(QUICK);
  }

  /** Publishes that a device was seen for the first time; returns the message's id. */
  String emit(String device) {
    return emit(device, "");
  }

  String emit(String device, String orderingKey) {
    return factory.publish(
        "{\"Uuid\":\"" + device + "\",\"Time\":1763582400}",
        Map.of("event-type", "DEVICE_FIRST_SEEN"),
        orderingKey);
  }

  void awaitAcked(int messages) {
    subscription.await(queue -> queue.count(State.ACKED) == messages, PATIENCE);
  }

  void awaitStreams(int since) {
    pubsub.awaitStreams(since, 1, PATIENCE);
  }

  /** What clients have said about a message. */
  List<MessageSettlement> settlements(String id, Kind kind) {
    return subscription.settlements().stream()
        .filter(settlement -> settlement.messageId().equals(id) && settlement.kind() == kind)
        .toList();
  }

  void awaitSettlements(String id, Kind kind, int count) {
    subscription.await(queue -> settlements(id, kind).size() >= count, PATIENCE);
  }

  /** How a subscription has failed. */
  static SourceException failure(Subscription subscription) {
    var completion = subscription.completion().toCompletableFuture();
    await().atMost(PATIENCE).until(completion::isDone);
    try {
      completion.join();
    } catch (CompletionException e) {
      return (SourceException) e.getCause();
    }
    throw new AssertionError("it has ended well");
  }

  @Override
  public void close() {
    pubsub.close();
  }
}
