package dev.infraevents.testkit.pubsub;

import static dev.infraevents.testkit.pubsub.Puller.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who gets a message how often, and until when it can be settled. */
@ExtendWith(LeakCheck.class)
class PubSubDeliveryTest {

  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final VirtualTime time = new VirtualTime();

  private FakePubSub pubsub;
  private PubSubTopic topic;
  private PubSubSubscription subscription;

  @BeforeEach
  void setUp() {
    pubsub =
        FakePubSub.builder().timeSource(new TimeSource(time.clock(), time::nanoTime, time)).start();
    topic = pubsub.createTopic("events");
    subscription = pubsub.createSubscription("listener", "events");
  }

  @AfterEach
  void tearDown() {
    pubsub.close();
    assertThat(time.pendingTasks()).isZero();
  }

  private static void isRefused(Code code, ThrowingCallable call) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(call)
        .satisfies(refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(code));
  }

  @Test
  void whatIsAcknowledgedInTimeIsGone() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      String id = topic.publish("1", Map.of());
      ReceivedMessage received = puller.message();
      assertThat(subscription.message(id).state()).isEqualTo(State.OUTSTANDING);
      time.advance(DEADLINE.minusNanos(1));
      puller.ack(subscription, received.getAckId());

      assertThat(subscription.message(id).state()).isEqualTo(State.ACKED);
      assertThat(subscription.message(id).ackedAt()).hasValue(time.clock().instant());
      assertThat(subscription.acked()).containsExactly(id);
      assertThat(subscription.held()).isEmpty();
      time.advance(Duration.ofHours(1));
      puller.hasNothing();
      assertThat(subscription.message(id).deliveries()).hasSize(1);
    }
  }

  @Test
  void whatIsNotSettledInTimeComesAgainUnderAnotherAckId() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      String id = topic.publish("1", Map.of());
      ReceivedMessage received = puller.message();
      time.advance(DEADLINE.minusNanos(1));
      puller.hasNothing();
      time.advance(Duration.ofNanos(1));

      ReceivedMessage again = puller.message();
      assertThat(again.getMessage()).isEqualTo(received.getMessage());
      assertThat(again.getAckId()).isNotEqualTo(received.getAckId());
      assertThat(subscription.message(id).deliveries())
          .extracting(MessageDelivery::number, MessageDelivery::stream)
          .containsExactly(tuple(1, 1), tuple(2, 1));
    }
  }

  @Test
  void aLateOrRepeatedAckSucceedsInVain() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      String id = topic.publish("1", Map.of());
      String late = puller.message().getAckId();
      time.advance(DEADLINE);
      String inTime = puller.message().getAckId();
      puller.ack(subscription, late);
      assertThat(subscription.message(id).state()).isEqualTo(State.OUTSTANDING);
      puller.ack(subscription, inTime);
      puller.ack(subscription, inTime);
      puller.modify(subscription, 10, late);

      assertThat(subscription.settlements())
          .extracting(MessageSettlement::kind, MessageSettlement::counted)
          .containsExactly(
              tuple(Kind.ACK, false),
              tuple(Kind.ACK, true),
              tuple(Kind.ACK, false),
              tuple(Kind.EXTENSION, false));
    }
  }

  @Test
  void whatIsNackedComesAgainAtOnce() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      String id = topic.publish("1", Map.of());
      String ackId = puller.message().getAckId();
      puller.nack(subscription, ackId);
      assertThat(puller.message().getAckId()).isNotEqualTo(ackId);
      assertThat(subscription.nacked()).containsExactly(id);
      assertThat(subscription.count(State.OUTSTANDING)).isOne();
    }
  }

  @Test
  void anExtensionCountsFromNow() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      topic.publish("1", Map.of());
      String ackId = puller.message().getAckId();
      time.advance(Duration.ofSeconds(9));
      puller.modify(subscription, 60, ackId);
      time.advance(Duration.ofSeconds(59));
      puller.modify(subscription, 10, ackId);
      time.advance(Duration.ofSeconds(9));
      puller.hasNothing();
      time.advance(Duration.ofSeconds(1));
      puller.message();
    }
  }

  @Test
  void aStreamSetsTheDeadlineOfItsDeliveries() {
    var patient = first(subscription).setStreamAckDeadlineSeconds(60).build();
    try (var puller = Puller.stream(pubsub, patient)) {
      topic.publish("1", Map.of());
      puller.message();
      time.advance(Duration.ofSeconds(59));
      puller.hasNothing();
      time.advance(Duration.ofSeconds(1));
      puller.message();

      puller.send(StreamingPullRequest.newBuilder().setStreamAckDeadlineSeconds(20).build());
      puller.hasNothing();
      topic.publish("2", Map.of());
      assertThat(puller.texts(1)).containsExactly("2");
      time.advance(Duration.ofSeconds(20));
      assertThat(puller.texts(1)).containsExactly("2");
    }
  }

  @Test
  void whatAClientHadWhenItsStreamEndedIsItsUntilTheDeadline() {
    try (var other = Puller.of(pubsub)) {
      String ackId;
      try (var puller = Puller.stream(pubsub, subscription)) {
        topic.publish("1", Map.of());
        topic.publish("2", Map.of());
        ackId = puller.messages(2).get(0).getAckId();
      }
      pubsub.awaitStreams(1, 0, Puller.SOON);
      other.ack(subscription, ackId);
      try (var puller = Puller.stream(pubsub, subscription)) {
        puller.hasNothing();
        time.advance(DEADLINE);
        assertThat(puller.texts(1)).containsExactly("2");
        puller.hasNothing();
      }
    }
  }

  @Test
  void everySubscriptionGetsEveryMessageUnderTheSameId() {
    var second = pubsub.createSubscription("second", "events");
    try (var one = Puller.stream(pubsub, subscription);
        var another = Puller.stream(pubsub, second)) {
      String id = topic.publish("1", Map.of());
      assertThat(one.message().getMessage().getMessageId()).isEqualTo(id);
      ReceivedMessage received = another.message();
      assertThat(received.getMessage().getMessageId()).isEqualTo(id);
      another.ack(second, received.getAckId());
      assertThat(subscription.message(id).state()).isEqualTo(State.OUTSTANDING);
      isRefused(Code.INVALID_ARGUMENT, () -> another.ack(subscription, received.getAckId()));
    }
  }

  @Test
  void settlingCallsHaveToBeWellFormed() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      topic.publish("1", Map.of());
      String ackId = puller.message().getAckId();
      isRefused(Code.INVALID_ARGUMENT, () -> puller.ack(subscription));
      isRefused(Code.INVALID_ARGUMENT, () -> puller.ack(subscription, ackId, "nonsense"));
      isRefused(Code.INVALID_ARGUMENT, () -> puller.modify(subscription, -1, ackId));
      isRefused(Code.INVALID_ARGUMENT, () -> puller.modify(subscription, 601, ackId));
      String[] tooMany = IntStream.range(0, 60_000).mapToObj(i -> ackId).toArray(String[]::new);
      isRefused(Code.INVALID_ARGUMENT, () -> puller.ack(subscription, tooMany));
      assertThat(subscription.count(State.OUTSTANDING)).isOne();
      puller.ack(subscription, ackId);
    }
  }

  @Test
  void aBackoffDoublesUntilItIsLongEnough() {
    var hesitant =
        pubsub
            .newSubscription("hesitant", "events")
            .backoff(Duration.ofSeconds(2), Duration.ofSeconds(5))
            .create();
    try (var puller = Puller.stream(pubsub, hesitant)) {
      topic.publish("1", Map.of());
      for (int seconds : new int[] {2, 4, 5, 5}) {
        puller.nack(hesitant, puller.message().getAckId());
        time.advance(Duration.ofSeconds(seconds).minusNanos(1));
        puller.hasNothing();
        time.advance(Duration.ofNanos(1));
      }
      puller.message();
    }
  }

  @Test
  void whatIsDeliveredTooOftenGoesToTheDeadLetterTopic() {
    PubSubTopic dead = pubsub.createTopic("dead");
    var graves = pubsub.createSubscription("graves", "dead");
    var limited = pubsub.newSubscription("limited", "events").deadLetter(dead, 5).create();
    try (var puller = Puller.stream(pubsub, limited);
        var digger = Puller.stream(pubsub, graves)) {
      String id = topic.publish("1", Map.of("a", "b"));
      for (int attempt = 1; attempt <= 5; attempt++) {
        ReceivedMessage received = puller.message();
        assertThat(received.getDeliveryAttempt()).isEqualTo(attempt);
        puller.nack(limited, received.getAckId());
      }
      ReceivedMessage buried = digger.message();
      assertThat(buried.getMessage().getAttributesMap())
          .containsEntry("a", "b")
          .containsEntry("CloudPubSubDeadLetterSourceDeliveryCount", "5")
          .containsEntry("CloudPubSubDeadLetterSourceSubscription", "limited")
          .containsEntry("CloudPubSubDeadLetterSourceSubscriptionProject", "fake-project")
          .containsEntry("CloudPubSubDeadLetterSourceTopicPublishTime", "2026-01-01T00:00:00Z");
      assertThat(buried.getMessage().getMessageId()).isNotEqualTo(id);
      assertThat(limited.message(id).state()).isEqualTo(State.DEAD_LETTERED);
      puller.hasNothing();
    }
  }

  @Test
  void messagesCanBePulledBySingleCalls() {
    topic.publish("1", Map.of());
    topic.publish("2", Map.of());
    topic.publish("3", Map.of());
    var request = PullRequest.newBuilder().setSubscription(subscription.name());
    try (var puller = Puller.of(pubsub)) {
      isRefused(Code.INVALID_ARGUMENT, () -> puller.subscriber().pull(request.build()));
      var two = puller.subscriber().pull(request.setMaxMessages(2).build());
      assertThat(two.getReceivedMessagesList()).extracting(Puller::text).containsExactly("1", "2");
      puller.ack(subscription, two.getReceivedMessages(0).getAckId());
      var last = puller.subscriber().pull(request.build());
      assertThat(last.getReceivedMessagesList()).extracting(Puller::text).containsExactly("3");
      time.advance(DEADLINE);
      var again = puller.subscriber().pull(request.setMaxMessages(9).build());
      assertThat(again.getReceivedMessagesList())
          .extracting(Puller::text)
          .containsExactly("2", "3");
      assertThat(subscription.held()).extracting(MessageDelivery::stream).containsExactly(0, 0);
    }
  }
}
