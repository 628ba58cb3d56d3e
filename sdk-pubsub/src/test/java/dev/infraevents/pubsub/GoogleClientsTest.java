package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.core.ApiService;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.MessageDelivery;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import dev.infraevents.testkit.pubsub.PubSubSubscription;
import dev.infraevents.testkit.pubsub.PubSubTopic;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Google's clients get along with the fake as they do with Pub/Sub. */
@ExtendWith(LeakCheck.class)
class GoogleClientsTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final Queue<String> received = new ConcurrentLinkedQueue<>();

  private FakePubSub pubsub;
  private PubSubTopic topic;
  private PubSubSubscription subscription;
  private ManagedChannel channel;
  private FixedTransportChannelProvider transport;
  private Subscriber subscriber;

  @BeforeEach
  void setUp() {
    pubsub = FakePubSub.start();
    topic = pubsub.createTopic("events");
    subscription = pubsub.createSubscription("listener", "events");
    channel = ManagedChannelBuilder.forTarget(pubsub.emulatorHost()).usePlaintext().build();
    transport = FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel));
  }

  @AfterEach
  void tearDown() throws InterruptedException {
    if (subscriber != null) {
      subscriber.stopAsync().awaitTerminated();
    }
    channel.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    pubsub.close();
  }

  private void subscribe(MessageReceiver receiver) {
    subscriber =
        Subscriber.newBuilder(subscription.name(), receiver)
            .setChannelProvider(transport)
            .setCredentialsProvider(NoCredentialsProvider.create())
            .build();
    subscriber.startAsync().awaitRunning();
    pubsub.awaitStreams(1, 1, SOON);
  }

  private void acknowledgeAll() {
    subscribe(
        (message, reply) -> {
          received.add(message.getMessageId());
          reply.ack();
        });
  }

  private void awaitAcked(int messages) {
    subscription.await(s -> s.count(State.ACKED) == messages, SOON);
  }

  @Test
  void aMessageIsReceivedAndAcknowledgedOnce() {
    acknowledgeAll();
    String id = topic.publishDeviceEvent("DEVICE_OTA_STARTED", "{}");
    awaitAcked(1);
    assertThat(received).containsExactly(id);
    assertThat(subscription.message(id).deliveries()).hasSize(1);
    assertThat(pubsub.calls(PubSubMethod.STREAMING_PULL).get(0).header("x-goog-request-params"))
        .hasValue("subscription=" + subscription.name());
  }

  @Test
  void aNackedMessageIsReceivedAgain() {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    subscribe(
        (message, reply) -> {
          if (seen.add(message.getMessageId())) {
            reply.nack();
          } else {
            reply.ack();
          }
        });
    String id = topic.publish("1", Map.of());
    awaitAcked(1);
    assertThat(subscription.nacked()).containsExactly(id);
    assertThat(subscription.message(id).deliveries())
        .extracting(MessageDelivery::ackId)
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  @Test
  void thePingsOfTheClientAreAnswered() {
    acknowledgeAll();
    pubsub.await(server -> server.streams().get(0).pings() >= 1, SOON);
    topic.publish("1", Map.of());
    awaitAcked(1);
    assertThat(pubsub.streams()).hasSize(1);
  }

  @Test
  void theClientIsBackAfterARestart() {
    acknowledgeAll();
    topic.publish("1", Map.of());
    awaitAcked(1);
    pubsub.inject(Fault.restart());
    topic.publish("2", Map.of());
    awaitAcked(2);
    assertThat(subscriber.state()).isEqualTo(ApiService.State.RUNNING);
  }

  @Test
  void whatIsPublishedIsReceived() throws Exception {
    acknowledgeAll();
    Publisher publisher =
        Publisher.newBuilder(topic.name())
            .setChannelProvider(transport)
            .setCredentialsProvider(NoCredentialsProvider.create())
            .build();
    try {
      PubsubMessage message =
          PubsubMessage.newBuilder().setData(ByteString.copyFromUtf8("1")).build();
      String id = publisher.publish(message).get(10, TimeUnit.SECONDS);
      awaitAcked(1);
      assertThat(received).containsExactly(id);
    } finally {
      publisher.shutdown();
      assertThat(publisher.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void manyMessagesAreReceivedOnceEach() {
    acknowledgeAll();
    for (int i = 0; i < 5000; i++) {
      topic.publish("{}", Map.of("number", "" + i));
    }
    awaitAcked(5000);
    assertThat(received).hasSize(5000).doesNotHaveDuplicates();
    assertThat(subscription.messages())
        .allSatisfy(message -> assertThat(message.deliveries()).hasSize(1));
  }
}
