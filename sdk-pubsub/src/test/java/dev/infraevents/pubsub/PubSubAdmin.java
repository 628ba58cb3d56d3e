package dev.infraevents.pubsub;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Makes topics and subscriptions of a server without credentials, and publishes, by Google's stubs.
 */
final class PubSubAdmin implements AutoCloseable {

  static final String PROJECT = "some-project";

  private final ManagedChannel channel;
  private final PublisherGrpc.PublisherBlockingStub publisher;
  private final SubscriberGrpc.SubscriberBlockingStub subscriber;

  PubSubAdmin(String endpoint) {
    channel = Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create()).build();
    publisher = PublisherGrpc.newBlockingStub(channel);
    subscriber = SubscriberGrpc.newBlockingStub(channel);
  }

  void createTopic(String id) {
    publisher.createTopic(Topic.newBuilder().setName(topic(id)).build());
  }

  void createSubscription(String topic, String id, UnaryOperator<Subscription.Builder> settings) {
    subscriber.createSubscription(
        settings
            .apply(
                Subscription.newBuilder()
                    .setName("projects/" + PROJECT + "/subscriptions/" + id)
                    .setTopic(topic(topic))
                    .setAckDeadlineSeconds(10))
            .build());
  }

  String publish(String topic, String orderingKey, String data, Map<String, String> attributes) {
    return publisher
        .publish(
            PublishRequest.newBuilder()
                .setTopic(topic(topic))
                .addMessages(
                    PubsubMessage.newBuilder()
                        .setData(ByteString.copyFromUtf8(data))
                        .putAllAttributes(attributes)
                        .setOrderingKey(orderingKey))
                .build())
        .getMessageIds(0);
  }

  private static String topic(String id) {
    return "projects/" + PROJECT + "/topics/" + id;
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
  }
}
