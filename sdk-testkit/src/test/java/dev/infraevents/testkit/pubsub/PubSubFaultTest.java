package dev.infraevents.testkit.pubsub;

import static dev.infraevents.testkit.pubsub.Puller.SOON;
import static dev.infraevents.testkit.pubsub.Puller.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ReceivedMessage;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each fault does to who pulls. */
@ExtendWith(LeakCheck.class)
class PubSubFaultTest {

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

  private Status refusal() {
    try (var puller = Puller.of(pubsub).call().send(first(subscription).build())) {
      return puller.end();
    }
  }

  private static void isRefused(Code code, ThrowingCallable call) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(call)
        .satisfies(refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(code));
  }

  private void publish(String... texts) {
    for (String text : texts) {
      topic.publish(text, Map.of());
    }
  }

  @Test
  void refuse() {
    pubsub.inject(Fault.refuse(1));
    assertThat(refusal().getCode()).isEqualTo(Code.UNAVAILABLE);
    Puller.stream(pubsub, subscription).close();
  }

  @Test
  void refuseCall() {
    pubsub.inject(Fault.refuseCall(8, "too many"));
    assertThat(refusal().getDescription()).isEqualTo("too many");
    Puller.stream(pubsub, subscription).close();
    assertThat(pubsub.calls(PubSubMethod.STREAMING_PULL)).hasSize(2);
  }

  @Test
  void aMethodIsRefusedUntilItIsHealed() {
    pubsub.refuse(PubSubMethod.GET_SUBSCRIPTION, Status.PERMISSION_DENIED);
    var request = GetSubscriptionRequest.newBuilder().setSubscription(subscription.name()).build();
    try (var puller = Puller.stream(pubsub, subscription)) {
      isRefused(Code.PERMISSION_DENIED, () -> puller.subscriber().getSubscription(request));
      isRefused(Code.PERMISSION_DENIED, () -> puller.subscriber().getSubscription(request));
      pubsub.heal();
      assertThat(puller.subscriber().getSubscription(request)).isEqualTo(subscription.config());
    }
  }

  @Test
  void theNextCallsOfAMethodAreRefusedAndDoNothing() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("1");
      String ackId = puller.message().getAckId();
      pubsub.refuseNext(PubSubMethod.ACKNOWLEDGE, 2, Status.UNAVAILABLE);
      isRefused(Code.UNAVAILABLE, () -> puller.ack(subscription, ackId));
      isRefused(Code.UNAVAILABLE, () -> puller.ack(subscription, ackId));
      assertThat(subscription.settlements()).isEmpty();
      puller.ack(subscription, ackId);
      assertThat(subscription.count(State.ACKED)).isOne();
    }
  }

  @Test
  void anAnswerThatIsLostIsOneToACallThatCounts() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("1");
      String ackId = puller.message().getAckId();
      pubsub.loseAnswers(PubSubMethod.ACKNOWLEDGE, 1, Status.UNAVAILABLE);
      isRefused(Code.UNAVAILABLE, () -> puller.ack(subscription, ackId));
      assertThat(subscription.count(State.ACKED)).isOne();
    }
  }

  @Test
  void aSubscriptionIsRefusedUntilItIsHealed() {
    subscription.refuse(Status.PERMISSION_DENIED);
    assertThat(refusal().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    pubsub.heal();
    Puller.stream(pubsub, subscription).close();
  }

  @Test
  void resetAndTruncate() {
    for (Fault fault : List.of(Fault.reset(), Fault.truncate())) {
      try (var puller = Puller.stream(pubsub, subscription)) {
        pubsub.inject(fault);
        assertThat(puller.end().isOk()).isFalse();
      }
    }
    pubsub.awaitStreams(2, 0, SOON);
  }

  @Test
  void halfOpen() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.halfOpen());
      publish("1");
      subscription.await(s -> s.count(State.OUTSTANDING) == 1, SOON);
      pubsub.heal();
      assertThat(puller.texts(1)).containsExactly("1");
    }
  }

  @Test
  void stallAnswersPingsOnly() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.stall());
      publish("1");
      puller.hasNothing();
      assertThat(subscription.count(State.PENDING)).isOne();
      pubsub.heal();
      assertThat(puller.texts(1)).containsExactly("1");
    }
  }

  @Test
  void endStreams() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.endStreams(14, "moved"));
      Status end = puller.end();
      assertThat(end.getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(end.getDescription()).isEqualTo("moved");
    }
  }

  @Test
  void whatWasOutAtARestartIsStillOutAndCanBeSettled() {
    String ackId;
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("1", "2");
      ackId = puller.messages(2).get(0).getAckId();
      pubsub.inject(Fault.restart());
      Status end = puller.end();
      assertThat(end.getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(end.getDescription()).isNotEqualTo(FakePubSub.SHUTDOWN_NOW.getDescription());
    }
    try (var puller = Puller.stream(pubsub, subscription)) {
      puller.hasNothing();
      puller.ack(subscription, ackId);
      assertThat(subscription.count(State.ACKED)).isOne();
    }
  }

  @Test
  void outage() {
    pubsub.inject(Fault.outage());
    publish("1");
    assertThat(refusal().getCode()).isEqualTo(Code.UNAVAILABLE);
    pubsub.heal();
    try (var puller = Puller.stream(pubsub, subscription)) {
      assertThat(puller.texts(1)).containsExactly("1");
    }
  }

  @Test
  void slowDripStillDelivers() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.slowDrip(8, Duration.ofMillis(1)));
      publish("1");
      assertThat(puller.texts(1)).containsExactly("1");
    }
  }

  @Test
  void silentDrop() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.silentDrop());
      publish("1", "2");
      assertThat(puller.texts(1)).containsExactly("2");
      assertThat(subscription.messages().get(0).state()).isEqualTo(State.DISCARDED);
    }
  }

  @Test
  void duplicatesHaveAckIdsOfTheirOwn() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.duplicate());
      publish("1", "2");
      List<ReceivedMessage> out = puller.messages(3);
      assertThat(out).extracting(Puller::text).containsExactly("1", "1", "2");
      assertThat(out).extracting(ReceivedMessage::getAckId).doesNotHaveDuplicates();

      puller.nack(subscription, out.get(0).getAckId());
      puller.hasNothing();
      puller.ack(subscription, out.get(1).getAckId());
      assertThat(subscription.messages().get(0).state()).isEqualTo(State.ACKED);
    }
  }

  @Test
  void reorder() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.reorder(4, 1));
      publish("1", "2", "3", "4");
      assertThat(puller.texts(4))
          .containsExactlyInAnyOrder("1", "2", "3", "4")
          .isNotEqualTo(List.of("1", "2", "3", "4"));
      publish("5");
      assertThat(puller.texts(1)).containsExactly("5");
      pubsub.heal();
      publish("6", "7", "8", "9");
      assertThat(puller.texts(4)).containsExactly("6", "7", "8", "9");
    }
  }

  @Test
  void badDataIsThatOfTheNextMessage() {
    try (var puller = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.badUtf8());
      pubsub.inject(Fault.oversize(2000));
      publish("{}", "{}", "{}");
      List<ReceivedMessage> out = puller.messages(3);
      assertThat(out.get(0).getMessage().getData().isValidUtf8()).isFalse();
      assertThat(out.get(1).getMessage().getData().size()).isEqualTo(2000);
      assertThat(Puller.text(out.get(2))).isEqualTo("{}");
    }
  }

  @Test
  void garbageComesOnEveryStream() {
    try (var one = Puller.stream(pubsub, subscription);
        var another = Puller.stream(pubsub, subscription)) {
      pubsub.inject(Fault.garbageText());
      assertThat(one.texts(1)).isEqualTo(another.texts(1)).doesNotContain("{");
      pubsub.inject(Fault.invalidJson());
      ReceivedMessage broken = one.message();
      assertThat(Puller.text(broken)).startsWith("{").doesNotContain("}");
      assertThat(broken.getMessage().getAttributesMap()).containsKey("event-type");
      assertThat(another.texts(1)).hasSize(1);
    }
  }

  @Test
  void faultsOfWebsocketsAreUnknown() {
    assertThatIllegalArgumentException().isThrownBy(() -> pubsub.inject(Fault.fragment(2)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pubsub.inject(Fault.wrongClose(1000, "")));
  }
}
