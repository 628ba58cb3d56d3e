package dev.infraevents.testkit.pubsub;

import static dev.infraevents.testkit.pubsub.Puller.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages with ordering keys. */
@ExtendWith(LeakCheck.class)
class PubSubOrderTest {

  private final VirtualTime time = new VirtualTime();

  private FakePubSub pubsub;
  private PubSubTopic topic;
  private PubSubSubscription subscription;

  private void start(FakePubSubBuilder builder) {
    pubsub = builder.timeSource(new TimeSource(time.clock(), time::nanoTime, time)).start();
    topic = pubsub.createTopic("events");
    subscription = pubsub.newSubscription("ordered", "events").ordered().create();
  }

  @AfterEach
  void tearDown() {
    pubsub.close();
  }

  private void publish(String key, String... texts) {
    for (String text : texts) {
      topic.publish(text, Map.of(), key);
    }
  }

  @Test
  void aNackedMessageIsFollowedByAllLaterOnesOfItsKey() {
    start(FakePubSub.builder());
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("a", "a1", "a2", "a3");
      publish("b", "b1");
      List<ReceivedMessage> out = puller.messages(4);
      puller.ack(subscription, out.get(0).getAckId(), out.get(2).getAckId());
      assertThat(subscription.count(State.ACKED)).isEqualTo(2);

      puller.nack(subscription, out.get(1).getAckId());
      List<ReceivedMessage> again = puller.messages(2);
      assertThat(again).extracting(Puller::text).containsExactly("a2", "a3");
      puller.ack(subscription, out.get(2).getAckId());
      assertThat(subscription.count(State.OUTSTANDING)).isEqualTo(3);
      puller.ack(subscription, again.get(0).getAckId(), again.get(1).getAckId());
      assertThat(subscription.count(State.ACKED)).isEqualTo(3);
    }
  }

  @Test
  void soIsOneWhoseDeadlineIsOver() {
    start(FakePubSub.builder());
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("a", "a1", "a2", "a3");
      List<ReceivedMessage> out = puller.messages(3);
      puller.modify(subscription, 60, out.get(0).getAckId(), out.get(2).getAckId());
      time.advance(Duration.ofSeconds(10));
      assertThat(puller.texts(2)).containsExactly("a2", "a3");
      puller.hasNothing();
    }
  }

  @Test
  void theMessagesOfAKeyGoToOneStreamUntilItHasSettledThem() {
    start(FakePubSub.builder());
    var small = first(subscription).setMaxOutstandingMessages(1).build();
    try (var one = Puller.stream(pubsub, small);
        var another = Puller.stream(pubsub, small)) {
      publish("a", "a1", "a2");
      publish("b", "b1");
      subscription.await(s -> s.count(State.OUTSTANDING) == 2, Puller.SOON);
      var holder = pubsub.streams().get(0).outstanding() == 1 ? one : another;
      ReceivedMessage first = holder.message();
      assertThat(Puller.text(first)).isEqualTo("a1");
      assertThat((holder == one ? another : one).texts(1)).containsExactly("b1");
      one.hasNothing();
      another.hasNothing();

      holder.ack(subscription, first.getAckId());
      assertThat(holder.texts(1)).containsExactly("a2");
    }
  }

  @Test
  void theNextHolderIsAnotherOneOnceTheFirstIsGoneAndItsDeadlinesAreOver() {
    start(FakePubSub.builder());
    var small = first(subscription).setMaxOutstandingMessages(1).build();
    try (var one = Puller.stream(pubsub, small)) {
      publish("a", "a1", "a2");
      one.message();
    }
    pubsub.awaitStreams(1, 0, Puller.SOON);
    try (var another = Puller.stream(pubsub, subscription)) {
      another.hasNothing();
      time.advance(Duration.ofSeconds(10));
      assertThat(another.texts(2)).containsExactly("a1", "a2");
    }
  }

  @Test
  void oneMessageOfAKeyAtATimeIfTheServerIsSetUpSo() {
    start(FakePubSub.builder().outstandingPerKey(1));
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("a", "a1", "a2");
      ReceivedMessage first = puller.message();
      puller.hasNothing();
      puller.nack(subscription, first.getAckId());
      ReceivedMessage again = puller.message();
      assertThat(Puller.text(again)).isEqualTo("a1");
      puller.ack(subscription, again.getAckId());
      assertThat(puller.texts(1)).containsExactly("a2");
    }
  }

  @Test
  void aKeyWaitsWhileItsFirstMessageIsHeldBack() {
    start(FakePubSub.builder());
    subscription =
        pubsub
            .newSubscription("hesitant", "events")
            .ordered()
            .backoff(Duration.ofSeconds(2), Duration.ofSeconds(2))
            .create();
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("a", "a1", "a2");
      puller.nack(subscription, puller.messages(2).get(0).getAckId());
      publish("a", "a3");
      puller.hasNothing();
      time.advance(Duration.ofSeconds(2));
      assertThat(puller.texts(3)).containsExactly("a1", "a2", "a3");
    }
  }

  @Test
  void aDeadLetterLetsTheNextOnesPass() {
    start(FakePubSub.builder());
    PubSubTopic dead = pubsub.createTopic("dead");
    subscription =
        pubsub.newSubscription("limited", "events").ordered().deadLetter(dead, 5).create();
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("a", "a1", "a2");
      for (int i = 0; i < 5; i++) {
        List<ReceivedMessage> out = puller.messages(2);
        assertThat(out).extracting(Puller::text).containsExactly("a1", "a2");
        puller.nack(subscription, out.get(0).getAckId());
      }
      assertThat(puller.texts(1)).containsExactly("a2");
      assertThat(dead.messages()).hasSize(1);
    }
  }

  @Test
  void withExactlyOnceDeliveryAcknowledgementsHaveToBeInOrderToo() {
    start(FakePubSub.builder());
    subscription = pubsub.newSubscription("exact", "events").ordered().exactlyOnce().create();
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("a", "a1", "a2");
      List<ReceivedMessage> out = puller.messages(2);
      String second = out.get(1).getAckId();
      puller.send(StreamingPullRequest.newBuilder().addAckIds(second).build());
      assertThat(puller.response().getAcknowledgeConfirmation().getUnorderedAckIdsList())
          .containsExactly(second);
      puller.ack(subscription, out.get(0).getAckId(), second);
      assertThat(subscription.count(State.ACKED)).isEqualTo(2);
    }
  }

  @Test
  void reorderingLeavesThemAlone() {
    start(FakePubSub.builder());
    pubsub.inject(Fault.reorder(3));
    try (var puller = Puller.stream(pubsub, subscription)) {
      publish("a", "a1", "a2", "a3");
      assertThat(puller.texts(3)).containsExactly("a1", "a2", "a3");
    }
  }

  @Test
  void withoutOrderingKeysMeanNothing() {
    start(FakePubSub.builder().outstandingPerKey(1));
    var unordered = pubsub.createSubscription("unordered", "events");
    try (var puller = Puller.stream(pubsub, unordered)) {
      publish("a", "a1", "a2");
      assertThat(puller.texts(2)).containsExactly("a1", "a2");
    }
  }
}
