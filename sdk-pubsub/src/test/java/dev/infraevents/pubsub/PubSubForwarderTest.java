package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.THROWABLE;
import static org.awaitility.Awaitility.await;

import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.Backoff;
import dev.infraevents.CloudEvents;
import dev.infraevents.Concurrency;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DeadLetter;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class PubSubForwarderTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final DeliveryOptions KEYED =
      DeliveryOptions.builder().concurrency(Concurrency.keyed(16)).build();

  private final FakePubSub pubsub = FakePubSub.start();
  private final List<InboundMessage<?>> messages = EventsOfEverySource.all();

  PubSubForwarderTest() {
    pubsub.createTopic("infra");
  }

  @AfterEach
  void stop() {
    pubsub.close();
  }

  private PubSubForwarder.Builder forwarder() {
    return PubSubForwarder.builder()
        .topic(pubsub.project(), "infra")
        .emulator(pubsub.emulatorHost());
  }

  private CloudEventsPullSource worker() {
    return CloudEventsPullSource.builder()
        .subscription(pubsub.project(), "work")
        .emulator(pubsub.emulatorHost())
        .build();
  }

  private static Event<?> decoded(InboundMessage<?> message) {
    return message.decode();
  }

  @Test
  void eventsOfEverySourceComeBackTypedAndEqualOnTwoWorkersInOrderPerSubject() {
    pubsub.newSubscription("work", "infra").ordered().create();
    List<Event<?>> first = new CopyOnWriteArrayList<>();
    List<Event<?>> second = new CopyOnWriteArrayList<>();
    try (var one = worker();
        var two = worker();
        var a = one.subscribe((event, delivery) -> first.add(event), KEYED);
        var b = two.subscribe((event, delivery) -> second.add(event), KEYED)) {
      pubsub.awaitStreams(2, 2, PATIENCE);
      try (var forwarder = forwarder().build();
          var source = new ListedSource(messages);
          var forwarding = source.subscribe(forwarder, KEYED)) {
        forwarding.completion().toCompletableFuture().join();
        assertThat(forwarding.stats().delivered()).isEqualTo(messages.size());
        assertThat(forwarding.stats().failed()).isZero();
      }
      await().atMost(PATIENCE).until(() -> first.size() + second.size() >= messages.size());
    }

    List<Event<?>> all = new ArrayList<>(first);
    all.addAll(second);
    List<Event<?>> sent = messages.stream().<Event<?>>map(PubSubForwarderTest::decoded).toList();
    assertThat(all).hasSameSizeAs(sent);
    assertThat(first).isNotEmpty();
    assertThat(second).isNotEmpty();
    for (Event<?> event : sent) {
      Event<?> back = all.stream().filter(other -> isSame(other, event)).findAny().orElseThrow();
      assertThat(back.type()).isEqualTo(event.type());
      assertThat(back.payload()).isEqualTo(event.payload());
      assertThat(back.subject()).isEqualTo(event.subject());
      assertThat(back.time()).isEqualTo(event.time());
      assertThat(back.receivedAt()).isEqualTo(event.receivedAt());
      assertThat(back.attributes()).isEqualTo(event.attributes());
      assertThat(back.data()).isEqualTo(event.data());
      assertThat(back.dataContentType()).isEqualTo(event.dataContentType());
    }
    for (String subject : sent.stream().map(Event::subject).distinct().toList()) {
      for (List<String> seen : List.of(about(first, subject), about(second, subject))) {
        assertThat(seen).as(subject).isEqualTo(only(seen, about(sent, subject)));
      }
    }
  }

  private static boolean isSame(Event<?> one, Event<?> other) {
    return one.id().equals(other.id()) && one.source().equals(other.source());
  }

  private static List<String> about(List<Event<?>> events, String subject) {
    return events.stream().filter(event -> subject.equals(event.subject())).map(Event::id).toList();
  }

  private static List<String> only(List<String> some, List<String> inOrder) {
    return inOrder.stream().filter(some::contains).toList();
  }

  @Test
  void aMessageIsACloudEventKeyedByItsSubject() {
    Event<?> event = decoded(messages.get(0));
    try (var forwarder = forwarder().build();
        var source = new ListedSource(messages.subList(0, 1));
        var forwarding = source.subscribe(forwarder)) {
      forwarding.completion().toCompletableFuture().join();
    }
    PubsubMessage message = pubsub.topic("infra").messages().get(0);

    assertThat(message.getData().toStringUtf8()).isEqualTo(CloudEvents.toJson(event));
    assertThat(message.getOrderingKey()).isEqualTo(event.subject());
    assertThat(message.getAttributesMap())
        .containsEntry("content-type", "application/cloudevents+json")
        .containsEntry("ce-type", "garm.instance.update")
        .containsEntry("ce-source", "https://garm.example.com");
  }

  @Test
  void anEventThatWasPublishedTwiceIsHandledOnceAndOneOfAnotherSourceWithItsIdToo() {
    pubsub.createSubscription("work", "infra");
    Event<?> event = decoded(messages.get(1));
    String twin =
        CloudEvents.toJson(event).replace("acme.cluster.engflow.com", "other.engflow.com");
    List<Event<?>> handled = new CopyOnWriteArrayList<>();
    try (var source = worker();
        var subscription = source.subscribe((received, delivery) -> handled.add(received))) {
      pubsub.topic("infra").publish(CloudEvents.toJson(event), Map.of());
      pubsub.topic("infra").publish(CloudEvents.toJson(event), Map.of());
      pubsub.topic("infra").publish(twin, Map.of());

      await().atMost(PATIENCE).until(() -> subscription.stats().received() == 3);
      await().atMost(PATIENCE).until(() -> pubsub.subscription("work").acked().size() == 3);
      assertThat(handled).hasSize(2);
      assertThat(subscription.stats().deduplicated()).isEqualTo(1);
    }
  }

  @Test
  void whatIsNoCloudEventIsADeadLetterAndIsNotDeliveredAgain() {
    pubsub.createSubscription("work", "infra");
    List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    var options = DeliveryOptions.builder().deadLetters(letters::add).build();
    try (var source = worker();
        var subscription = source.subscribe((received, delivery) -> {}, options)) {
      pubsub.topic("infra").publish("hello_world", Map.of());

      await().atMost(PATIENCE).until(() -> pubsub.subscription("work").acked().size() == 1);
      assertThat(letters).hasSize(1);
      assertThat(subscription.stats().undecodable()).isEqualTo(1);
    }
  }

  @Test
  void aFailureToPublishIsAFailedDeliveryAndTheNextAttemptMaySucceed() {
    pubsub.refuseNext(PubSubMethod.PUBLISH, 1, Status.INTERNAL.withDescription("not today"));
    List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    var options =
        DeliveryOptions.builder()
            .retry(2, new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
            .deadLetters(letters::add)
            .build();
    try (var forwarder = forwarder().build();
        var source = new ListedSource(messages.subList(0, 3));
        var forwarding = source.subscribe(forwarder, options)) {
      forwarding.completion().toCompletableFuture().join();

      assertThat(forwarding.stats().retried()).isLessThanOrEqualTo(1);
      assertThat(pubsub.topic("infra").messages()).hasSize(3);
      assertThat(letters).isEmpty();
    }
  }

  @Test
  void aTopicThatMayNotBeUsedIsATypedErrorForEachEvent() {
    pubsub.refuse(PubSubMethod.PUBLISH, Status.PERMISSION_DENIED.withDescription("no"));
    List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    try (var forwarder = forwarder().build();
        var source = new ListedSource(messages.subList(0, 2));
        var forwarding =
            source.subscribe(
                forwarder, DeliveryOptions.builder().deadLetters(letters::add).build())) {
      forwarding.completion().toCompletableFuture().join();

      assertThat(letters).hasSize(2);
      assertThat(letters.get(0).cause())
          .isInstanceOf(RpcException.class)
          .hasMessageContaining("PERMISSION_DENIED")
          .hasMessageContaining("roles/pubsub.publisher");
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUpAfterTheTimeout() {
    pubsub.close();
    List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    try (var forwarder = forwarder().publishTimeout(Duration.ofMillis(300)).build();
        var source = new ListedSource(messages.subList(0, 1));
        var forwarding =
            source.subscribe(
                forwarder, DeliveryOptions.builder().deadLetters(letters::add).build())) {
      forwarding.completion().toCompletableFuture().join();
      assertThat(letters).hasSize(1);
    }
  }

  @Test
  void closingEndsWhatWaitsToTryAgain() {
    pubsub.refuse(PubSubMethod.PUBLISH, Status.UNAVAILABLE.withDescription("later"));
    var forwarder = forwarder().publishTimeout(PATIENCE).build();
    @SuppressWarnings("unchecked") // immutable
    Event<Object> event = (Event<Object>) decoded(messages.get(0));
    var publishing =
        CompletableFuture.supplyAsync(
            () -> catchThrowable(() -> forwarder.handle(event, null)),
            task -> new Thread(task).start());
    pubsub.await(server -> server.calls(PubSubMethod.PUBLISH).size() >= 3, PATIENCE);

    forwarder.close();

    assertThat(publishing)
        .succeedsWithin(PATIENCE)
        .asInstanceOf(THROWABLE)
        .isInstanceOf(SourceException.class);
  }

  @Test
  void aClosedForwarderSaysSo() {
    var forwarder = forwarder().build();
    forwarder.close();
    forwarder.close();
    assertThatIllegalStateException().isThrownBy(() -> forwarder.handle(null, null));
  }

  @Test
  void aTopicIsRequiredAndItsNameIsChecked() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> PubSubForwarder.builder().build())
        .withMessageContaining("topic");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> PubSubForwarder.builder().topic("project", "1"))
        .withMessageContaining("projects/project/topics");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> forwarder().publishTimeout(Duration.ZERO));
  }
}
