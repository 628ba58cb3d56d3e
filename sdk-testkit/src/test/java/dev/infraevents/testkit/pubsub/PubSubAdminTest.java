package dev.infraevents.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.ListTopicsRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PushConfig;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Topics, subscriptions, and what may be published. */
@ExtendWith(LeakCheck.class)
class PubSubAdminTest {

  private static final String TOPIC = "projects/fake-project/topics/events";
  private static final String SUBSCRIPTION = "projects/fake-project/subscriptions/listener";

  @RegisterExtension final FakePubSubExtension extension = new FakePubSubExtension();

  private FakePubSub pubsub;
  private Puller client;

  @BeforeEach
  void setUp() {
    pubsub = extension.server();
    client = Puller.of(pubsub);
  }

  @AfterEach
  void tearDown() {
    client.close();
  }

  private static void isRefused(Code code, ThrowingCallable call) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(call)
        .satisfies(refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(code));
  }

  private static Subscription.Builder subscription() {
    return Subscription.newBuilder().setName(SUBSCRIPTION).setTopic(TOPIC);
  }

  private Topic createTopic(String name) {
    return client.publisher().createTopic(Topic.newBuilder().setName(name).build());
  }

  private Subscription get(String name) {
    return client
        .subscriber()
        .getSubscription(GetSubscriptionRequest.newBuilder().setSubscription(name).build());
  }

  private String publish(PubsubMessage... messages) {
    return client
        .publisher()
        .publish(
            PublishRequest.newBuilder().setTopic(TOPIC).addAllMessages(List.of(messages)).build())
        .getMessageIds(0);
  }

  @Test
  void aTopicIsCreatedFoundAndDeleted() {
    var request = GetTopicRequest.newBuilder().setTopic(TOPIC).build();
    isRefused(Code.NOT_FOUND, () -> client.publisher().getTopic(request));
    assertThat(createTopic(TOPIC).getName()).isEqualTo(TOPIC);
    assertThat(client.publisher().getTopic(request).getName()).isEqualTo(TOPIC);
    assertThat(pubsub.topic("events").name()).isEqualTo(TOPIC);
    isRefused(Code.ALREADY_EXISTS, () -> createTopic(TOPIC));
    isRefused(Code.INVALID_ARGUMENT, () -> createTopic("events"));
    isRefused(Code.INVALID_ARGUMENT, () -> createTopic("projects/p/topics/goog1"));
    var deletion = DeleteTopicRequest.newBuilder().setTopic(TOPIC).build();
    client.publisher().deleteTopic(deletion);
    isRefused(Code.NOT_FOUND, () -> client.publisher().deleteTopic(deletion));
  }

  @Test
  void aSubscriptionIsCreatedFoundAndDeleted() {
    isRefused(Code.NOT_FOUND, () -> get(SUBSCRIPTION));
    isRefused(Code.NOT_FOUND, () -> client.subscriber().createSubscription(subscription().build()));
    createTopic(TOPIC);
    Subscription created = client.subscriber().createSubscription(subscription().build());
    assertThat(created.getAckDeadlineSeconds()).isEqualTo(10);
    assertThat(get(SUBSCRIPTION)).isEqualTo(created);
    isRefused(
        Code.ALREADY_EXISTS, () -> client.subscriber().createSubscription(subscription().build()));

    try (var puller = Puller.stream(pubsub, pubsub.subscription("listener"))) {
      client
          .subscriber()
          .deleteSubscription(
              DeleteSubscriptionRequest.newBuilder().setSubscription(SUBSCRIPTION).build());
      assertThat(puller.end().getCode()).isEqualTo(Code.NOT_FOUND);
    }
    isRefused(Code.NOT_FOUND, () -> get(SUBSCRIPTION));
    assertThat(pubsub.topic("events").publish("1", Map.of())).isNotEmpty();
  }

  @Test
  void aSubscriptionOutlivesItsTopic() {
    createTopic(TOPIC);
    client.subscriber().createSubscription(subscription().build());
    pubsub.topic("events").publish("1", Map.of());
    client.publisher().deleteTopic(DeleteTopicRequest.newBuilder().setTopic(TOPIC).build());
    assertThat(get(SUBSCRIPTION).getTopic()).isEqualTo("_deleted-topic_");
    try (var puller = Puller.stream(pubsub, pubsub.subscription("listener"))) {
      assertThat(puller.texts(1)).containsExactly("1");
    }
  }

  static Stream<Subscription.Builder> badSubscriptions() {
    return Stream.of(
        subscription().setName("listener"),
        subscription().setAckDeadlineSeconds(9),
        subscription().setAckDeadlineSeconds(601),
        subscription()
            .setEnableExactlyOnceDelivery(true)
            .setPushConfig(PushConfig.newBuilder().setPushEndpoint("https://example.com")),
        subscription().setDeadLetterPolicy(DeadLetterPolicy.newBuilder().setMaxDeliveryAttempts(4)),
        subscription()
            .setDeadLetterPolicy(DeadLetterPolicy.newBuilder().setMaxDeliveryAttempts(101)));
  }

  @ParameterizedTest
  @MethodSource("badSubscriptions")
  void aBadSubscriptionIsInvalid(Subscription.Builder asked) {
    createTopic(TOPIC);
    isRefused(Code.INVALID_ARGUMENT, () -> client.subscriber().createSubscription(asked.build()));
  }

  @Test
  void whatTheFakeDoesNotKnowIsUnimplemented() {
    createTopic(TOPIC);
    var filtered = subscription().setFilter("attributes.a = \"b\"").build();
    isRefused(Code.UNIMPLEMENTED, () -> client.subscriber().createSubscription(filtered));
    var list = ListTopicsRequest.getDefaultInstance();
    isRefused(Code.UNIMPLEMENTED, () -> client.publisher().listTopics(list));
  }

  @Test
  void theTestIsToldWhatIsWrongToo() {
    assertThatIllegalArgumentException().isThrownBy(() -> pubsub.topic("events"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pubsub.createSubscription("listener", "events"));
    pubsub.createTopic("events");
    assertThatIllegalArgumentException().isThrownBy(() -> pubsub.createTopic("events"));
    var subscription = pubsub.createSubscription("listener", "events");
    assertThatIllegalArgumentException().isThrownBy(() -> subscription.message("1"));
  }

  @Test
  void whatIsPublishedIsStampedAndStored() {
    createTopic(TOPIC);
    var subscription = pubsub.createSubscription("listener", "events");
    String id =
        publish(
            PubsubMessage.newBuilder()
                .setData(ByteString.copyFromUtf8("1"))
                .putAttributes("a", "b")
                .setOrderingKey("k")
                .build());
    PubsubMessage stored = pubsub.topic("events").messages().get(0);
    assertThat(stored.getMessageId()).isEqualTo(id);
    assertThat(stored.getPublishTime().getSeconds()).isPositive();
    assertThat(stored.getOrderingKey()).isEqualTo("k");
    assertThat(subscription.message(id).message()).isEqualTo(stored);
  }

  static Stream<PubsubMessage.Builder> badMessages() {
    Map<String, String> many = new HashMap<>();
    IntStream.rangeClosed(0, 100).forEach(i -> many.put("a" + i, ""));
    return Stream.of(
        PubsubMessage.newBuilder(),
        PubsubMessage.newBuilder().putAllAttributes(many),
        PubsubMessage.newBuilder().putAttributes("é".repeat(129), ""),
        PubsubMessage.newBuilder().putAttributes("", ""),
        PubsubMessage.newBuilder().putAttributes("googclient_deliveryattempt", "1"),
        PubsubMessage.newBuilder().putAttributes("a", "x".repeat(1025)),
        PubsubMessage.newBuilder().putAttributes("a", "b").setOrderingKey("x".repeat(1025)),
        PubsubMessage.newBuilder().setData(ByteString.copyFrom(new byte[10_000_001])));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("badMessages")
  void aBadMessageIsInvalidAndNothingOfTheRequestIsPublished(PubsubMessage.Builder bad) {
    createTopic(TOPIC);
    var good = PubsubMessage.newBuilder().putAttributes("a", "b").build();
    isRefused(Code.INVALID_ARGUMENT, () -> publish(good, bad.build()));
    assertThat(pubsub.topic("events").messages()).isEmpty();
  }

  @Test
  void aRequestHasAtMostSoManyMessages() {
    createTopic(TOPIC);
    var message = PubsubMessage.newBuilder().putAttributes("a", "b").build();
    publish(Collections.nCopies(1000, message).toArray(PubsubMessage[]::new));
    isRefused(
        Code.INVALID_ARGUMENT,
        () -> publish(Collections.nCopies(1001, message).toArray(PubsubMessage[]::new)));
    isRefused(Code.INVALID_ARGUMENT, () -> publish());
  }

  @Test
  void theLargestMessageArrives() {
    createTopic(TOPIC);
    var subscription = pubsub.createSubscription("listener", "events");
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish(
          PubsubMessage.newBuilder().setData(ByteString.copyFrom(new byte[10_000_000])).build());
      assertThat(puller.message().getMessage().getData().size()).isEqualTo(10_000_000);
    }
  }

  @Test
  void publishingFailsAsTheTestSays() {
    createTopic(TOPIC);
    var message = PubsubMessage.newBuilder().putAttributes("a", "b").build();
    pubsub.refuseNext(PubSubMethod.PUBLISH, 1, Status.UNAVAILABLE);
    isRefused(Code.UNAVAILABLE, () -> publish(message));
    assertThat(pubsub.topic("events").messages()).isEmpty();
    pubsub.loseAnswers(PubSubMethod.PUBLISH, 1, Status.UNAVAILABLE);
    isRefused(Code.UNAVAILABLE, () -> publish(message));
    assertThat(pubsub.topic("events").messages()).hasSize(1);
    publish(message);
    assertThat(pubsub.topic("events").messages()).hasSize(2);
    assertThat(pubsub.calls(PubSubMethod.PUBLISH)).hasSize(3);
  }
}
