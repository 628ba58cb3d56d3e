package dev.infraevents.testkit.pubsub;

import static dev.infraevents.testkit.pubsub.Puller.SOON;
import static dev.infraevents.testkit.pubsub.Puller.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a stream may ask for, and what it gets. */
@ExtendWith(LeakCheck.class)
class PubSubStreamTest {

  @RegisterExtension final FakePubSubExtension extension = new FakePubSubExtension();

  private FakePubSub pubsub;
  private PubSubTopic topic;
  private PubSubSubscription subscription;

  @BeforeEach
  void setUp() {
    pubsub = extension.server();
    topic = pubsub.createTopic("events");
    subscription = pubsub.createSubscription("listener", "events");
  }

  @Test
  void aMessageComesWithItsAttributesIdAndTime() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      String id = topic.publishDeviceEvent("DEVICE_OTA_STARTED", "{}");

      ReceivedMessage received = puller.message();
      assertThat(received.getMessage().getMessageId()).isEqualTo(id);
      assertThat(received.getMessage().getAttributesMap())
          .isEqualTo(Map.of("event-type", "DEVICE_OTA_STARTED"));
      assertThat(received.getMessage().getData().toStringUtf8()).isEqualTo("{}");
      assertThat(received.getMessage().getPublishTime().getSeconds()).isPositive();
      assertThat(received.getAckId()).isNotEmpty().isNotEqualTo(id);
      assertThat(received.getDeliveryAttempt()).isZero();
    }
  }

  static Stream<StreamingPullRequest> badFirstRequests() {
    StreamingPullRequest good =
        StreamingPullRequest.newBuilder()
            .setSubscription("projects/fake-project/subscriptions/listener")
            .setStreamAckDeadlineSeconds(10)
            .build();
    return Stream.of(
        StreamingPullRequest.getDefaultInstance(),
        good.toBuilder().clearSubscription().build(),
        good.toBuilder().setStreamAckDeadlineSeconds(9).build(),
        good.toBuilder().setStreamAckDeadlineSeconds(601).build(),
        good.toBuilder().addModifyDeadlineSeconds(10).build(),
        good.toBuilder().addAckIds("nonsense").build());
  }

  @ParameterizedTest
  @MethodSource("badFirstRequests")
  void aBadFirstRequestIsInvalid(StreamingPullRequest request) {
    try (var puller = Puller.of(pubsub).call().send(request)) {
      assertThat(puller.end().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  static Stream<StreamingPullRequest.Builder> badLaterRequests() {
    return Stream.of(
        StreamingPullRequest.newBuilder()
            .setSubscription("projects/fake-project/subscriptions/listener"),
        StreamingPullRequest.newBuilder().setClientId("c1"),
        StreamingPullRequest.newBuilder().setMaxOutstandingMessages(1),
        StreamingPullRequest.newBuilder().setMaxOutstandingBytes(1),
        StreamingPullRequest.newBuilder().setProtocolVersion(1),
        StreamingPullRequest.newBuilder().setStreamAckDeadlineSeconds(5),
        StreamingPullRequest.newBuilder().addModifyDeadlineSeconds(10),
        StreamingPullRequest.newBuilder().addModifyDeadlineAckIds("fake-1-0"),
        StreamingPullRequest.newBuilder()
            .addModifyDeadlineSeconds(-1)
            .addModifyDeadlineAckIds("fake-1-0"),
        StreamingPullRequest.newBuilder().addAckIds("nonsense"),
        StreamingPullRequest.newBuilder().addAckIds("fake-1-7"));
  }

  @ParameterizedTest
  @MethodSource("badLaterRequests")
  void aBadLaterRequestAbortsTheStream(StreamingPullRequest.Builder request) {
    try (var puller = Puller.stream(pubsub, subscription)) {
      topic.publish("1", Map.of());
      assertThat(puller.message().getAckId()).isEqualTo("fake-1-0");
      puller.send(request.build());
      assertThat(puller.end().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void anUnknownSubscriptionIsNotFound() {
    var request = first(subscription).setSubscription("projects/p/subscriptions/other").build();
    try (var puller = Puller.of(pubsub).call().send(request)) {
      assertThat(puller.end().getCode()).isEqualTo(Code.NOT_FOUND);
    }
    assertThat(pubsub.streams()).isEmpty();
  }

  @Test
  void anEmptyRequestIsAnsweredWithTheSubscriptionsProperties() {
    var exactlyOnce = pubsub.newSubscription("exact", "events").exactlyOnce().ordered().create();
    try (var puller = Puller.stream(pubsub, exactlyOnce).ping()) {
      var answer = puller.response();
      assertThat(answer.getReceivedMessagesList()).isEmpty();
      assertThat(answer.getSubscriptionProperties().getExactlyOnceDeliveryEnabled()).isTrue();
      assertThat(answer.getSubscriptionProperties().getMessageOrderingEnabled()).isTrue();
    }
    assertThat(exactlyOnce.streams().get(0).pings()).isOne();
  }

  @Test
  void clientsOfAnOlderProtocolAndOldServersKnowNoPings() {
    var old = first(subscription).clearProtocolVersion().build();
    try (var puller = Puller.stream(pubsub, old).ping()) {
      pubsub.await(server -> server.streams().get(0).pings() == 1, SOON);
      topic.publish("1", Map.of());
      assertThat(puller.response().getReceivedMessagesCount()).isOne();
    }
    pubsub.answerPings(false);
    try (var puller = Puller.stream(pubsub, subscription).ping()) {
      pubsub.await(server -> server.streams().get(1).pings() == 1, SOON);
      topic.publish("2", Map.of());
      assertThat(puller.response().getReceivedMessagesCount()).isOne();
    }
  }

  @Test
  void noMoreMessagesAreOutThanTheStreamAllows() {
    var limited = first(subscription).setMaxOutstandingMessages(2).build();
    try (var puller = Puller.stream(pubsub, limited)) {
      for (int i = 1; i <= 4; i++) {
        topic.publish("" + i, Map.of());
      }
      var out = puller.messages(2);
      puller.hasNothing();
      assertThat(pubsub.streams().get(0).outstanding()).isEqualTo(2);

      puller.ack(subscription, out.get(1).getAckId());
      assertThat(puller.texts(1)).containsExactly("3");
      puller.nack(subscription, out.get(0).getAckId());
      assertThat(puller.texts(1)).containsExactly("4");
      puller.hasNothing();
    }
  }

  @Test
  void theMessageThatReachesTheLimitOfBytesStillGoesOut() {
    var limited = first(subscription).setMaxOutstandingBytes(100).build();
    try (var puller = Puller.stream(pubsub, limited)) {
      topic.publish("x".repeat(1000), Map.of());
      topic.publish("2", Map.of());
      topic.publish("3", Map.of());
      ReceivedMessage large = puller.message();
      puller.hasNothing();
      assertThat(pubsub.streams().get(0).outstandingBytes())
          .isEqualTo(large.getMessage().getSerializedSize());

      puller.ack(subscription, large.getAckId());
      assertThat(puller.texts(2)).containsExactly("2", "3");
    }
  }

  @Test
  void limitsHoldForEachStreamAndStreamsTakeTurns() {
    var limited = first(subscription).setMaxOutstandingMessages(2).build();
    try (var one = Puller.stream(pubsub, limited);
        var another = Puller.stream(pubsub, limited)) {
      for (int i = 1; i <= 5; i++) {
        topic.publish("" + i, Map.of());
      }
      assertThat(Stream.concat(one.texts(2).stream(), another.texts(2).stream()))
          .containsExactlyInAnyOrder("1", "2", "3", "4");
      one.hasNothing();
      another.hasNothing();
      assertThat(subscription.held())
          .extracting(MessageDelivery::stream)
          .containsExactlyInAnyOrder(1, 1, 2, 2);
    }
  }

  @Test
  void limitsOfZeroAreNone() {
    var unlimited =
        first(subscription).clearMaxOutstandingMessages().clearMaxOutstandingBytes().build();
    try (var puller = Puller.stream(pubsub, unlimited)) {
      for (int i = 0; i < 2000; i++) {
        topic.publish("" + i, Map.of());
      }
      assertThat(puller.texts(2000)).doesNotHaveDuplicates();
    }
  }

  @Test
  void deliveriesCanBeSettledOnTheStream() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      String acked = topic.publish("1", Map.of());
      String nacked = topic.publish("2", Map.of());
      var out = puller.messages(2);
      puller.send(
          StreamingPullRequest.newBuilder()
              .addAckIds(out.get(0).getAckId())
              .addModifyDeadlineAckIds(out.get(1).getAckId())
              .addModifyDeadlineSeconds(0)
              .build());
      assertThat(puller.texts(1)).containsExactly("2");
      assertThat(subscription.acked()).containsExactly(acked);
      assertThat(subscription.nacked()).containsExactly(nacked);
    }
  }

  @Test
  void aStreamEndsAsTheTestSays() {
    for (Status status :
        new Status[] {
          Status.UNAVAILABLE, Status.NOT_FOUND, Status.PERMISSION_DENIED, FakePubSub.SHUTDOWN_NOW
        }) {
      try (var puller = Puller.stream(pubsub, subscription)) {
        subscription.endStreams(status);
        Status end = puller.end();
        assertThat(end.getCode()).isEqualTo(status.getCode());
        assertThat(end.getDescription()).isEqualTo(status.getDescription());
      }
    }
    try (var puller = Puller.stream(pubsub, subscription)) {
      subscription.endStreams(Status.OK);
      assertThat(puller.end().isOk()).isTrue();
    }
    assertThat(pubsub.awaitStreams(5, 0, SOON).get(0).end())
        .hasValueSatisfying(end -> assertThat(end.getCode()).isEqualTo(Code.UNAVAILABLE));
  }

  @Test
  void aSilencedStreamGetsNothingAndStaysOpen() {
    try (var silenced = Puller.stream(pubsub, subscription)) {
      subscription.silenceStreams();
      silenced.ping();
      try (var other = Puller.stream(pubsub, subscription)) {
        topic.publish("1", Map.of());
        topic.publish("2", Map.of());
        assertThat(other.texts(2)).containsExactly("1", "2");
      }
      pubsub.await(server -> server.streams().get(0).pings() == 1, SOON);
      assertThat(pubsub.streams().get(0).isOpen()).isTrue();
      subscription.endStreams(Status.UNAVAILABLE);
      assertThat(silenced.end().getCode()).isEqualTo(Code.UNAVAILABLE);
    }
  }

  @Test
  void detachedAndPushSubscriptionsCanNotBePulled() {
    var pushed = pubsub.newSubscription("pushed", "events").push("https://example.com").create();
    try (var puller = Puller.of(pubsub).call().send(first(pushed).build())) {
      assertThat(puller.end().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
    }
    try (var puller = Puller.stream(pubsub, subscription)) {
      subscription.detach();
      assertThat(puller.end().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
    }
    try (var puller = Puller.of(pubsub).call().send(first(subscription).build())) {
      assertThat(puller.end().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
    }
    assertThat(subscription.config().getDetached()).isTrue();
  }

  @Test
  void aStreamWhoseClientHasNothingMoreToSayEnds() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      puller.halfClose();
      assertThat(puller.end().isOk()).isTrue();
    }
    try (var puller = Puller.of(pubsub).call()) {
      puller.halfClose();
      assertThat(puller.end().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    }
  }
}
