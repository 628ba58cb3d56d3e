package dev.infraevents.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.rpc.ErrorInfo;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a client learns of acknowledgements that fail. */
@ExtendWith(LeakCheck.class)
class PubSubExactlyOnceTest {

  private static final String INVALID = "PERMANENT_FAILURE_INVALID_ACK_ID";
  private static final String TRANSIENT = "TRANSIENT_FAILURE_SERVICE_UNAVAILABLE";

  @RegisterExtension final FakePubSubExtension extension = new FakePubSubExtension();

  private FakePubSub pubsub;
  private PubSubTopic topic;
  private PubSubSubscription subscription;

  @BeforeEach
  void setUp() {
    pubsub = extension.server();
    topic = pubsub.createTopic("events");
    subscription = pubsub.newSubscription("exact", "events").exactlyOnce().create();
  }

  private static Map<String, String> failures(Code code, ThrowingCallable call)
      throws InvalidProtocolBufferException {
    var refusal = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refusal.getStatus().getCode()).isEqualTo(code);
    var info = StatusProto.fromThrowable(refusal).getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo("EXACTLY_ONCE_ACKID_FAILURE");
    return info.getMetadataMap();
  }

  @Test
  void whatIsInVainIsNamedAndTheRestCounts() throws Exception {
    try (var puller = Puller.stream(pubsub, subscription)) {
      topic.publish("1", Map.of());
      topic.publish("2", Map.of());
      List<ReceivedMessage> out = puller.messages(2);
      String first = out.get(0).getAckId();
      String second = out.get(1).getAckId();
      puller.ack(subscription, first);

      assertThat(failures(Code.INVALID_ARGUMENT, () -> puller.ack(subscription, first, second)))
          .isEqualTo(Map.of(first, INVALID));
      assertThat(subscription.count(State.ACKED)).isEqualTo(2);
      assertThat(failures(Code.INVALID_ARGUMENT, () -> puller.nack(subscription, second)))
          .isEqualTo(Map.of(second, INVALID));
    }
  }

  @Test
  void aStreamIsToldByConfirmations() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      topic.publish("1", Map.of());
      topic.publish("2", Map.of());
      List<ReceivedMessage> out = puller.messages(2);
      var request =
          StreamingPullRequest.newBuilder()
              .addAckIds(out.get(0).getAckId())
              .addModifyDeadlineAckIds(out.get(1).getAckId())
              .addModifyDeadlineSeconds(60)
              .build();
      var confirmed = puller.send(request).response();
      assertThat(confirmed.getAcknowledgeConfirmation().getAckIdsList())
          .containsExactly(out.get(0).getAckId());
      assertThat(confirmed.getModifyAckDeadlineConfirmation().getAckIdsList())
          .containsExactly(out.get(1).getAckId());

      subscription.failDeadlines(1, TRANSIENT);
      var failed = puller.send(request).response();
      assertThat(failed.getAcknowledgeConfirmation().getInvalidAckIdsList())
          .containsExactly(out.get(0).getAckId());
      assertThat(failed.getModifyAckDeadlineConfirmation().getTemporaryFailedAckIdsList())
          .containsExactly(out.get(1).getAckId());
    }
  }

  @Test
  void ackIdsFailAsTheTestSays() throws Exception {
    var lax = pubsub.createSubscription("lax", "events");
    try (var puller = Puller.stream(pubsub, lax)) {
      String id = topic.publish("1", Map.of());
      topic.publish("2", Map.of());
      List<ReceivedMessage> out = puller.messages(2);
      String first = out.get(0).getAckId();
      String second = out.get(1).getAckId();
      lax.failAcks(1, TRANSIENT);
      assertThat(failures(Code.FAILED_PRECONDITION, () -> puller.ack(lax, first, second)))
          .isEqualTo(Map.of(first, TRANSIENT));
      assertThat(lax.message(id).state()).isEqualTo(State.OUTSTANDING);
      lax.failDeadlines(1, INVALID);
      assertThat(failures(Code.INVALID_ARGUMENT, () -> puller.modify(lax, 60, first)))
          .isEqualTo(Map.of(first, INVALID));

      lax.failAcks(1, TRANSIENT);
      pubsub.heal();
      puller.ack(lax, first);
      assertThat(lax.count(State.ACKED)).isEqualTo(2);
    }
  }

  @Test
  void itCanBeTurnedOnAndOff() {
    var lax = pubsub.createSubscription("lax", "events");
    try (var puller = Puller.stream(pubsub, lax)) {
      lax.exactlyOnce(true);
      puller.ping();
      assertThat(puller.response().getSubscriptionProperties().getExactlyOnceDeliveryEnabled())
          .isTrue();
      assertThat(lax.config().getEnableExactlyOnceDelivery()).isTrue();
      lax.exactlyOnce(false);
      puller.ping();
      assertThat(puller.response().getSubscriptionProperties().getExactlyOnceDeliveryEnabled())
          .isFalse();
    }
  }
}
