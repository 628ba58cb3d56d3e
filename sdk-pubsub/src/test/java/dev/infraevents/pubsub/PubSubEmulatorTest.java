package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.infraevents.Concurrency;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.RpcException;
import dev.infraevents.Subscription;
import dev.infraevents.foundries.DeviceFirstSeen;
import dev.infraevents.foundries.OtaCompleted;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.PubSubEmulator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against Google's own server. Skipped where none is installed. */
@ExtendWith(LeakCheck.class)
class PubSubEmulatorTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static PubSubEmulator emulator;

  private final String topic = "topic-" + UUID.randomUUID();
  private final String queue = "queue-" + UUID.randomUUID();
  private PubSubAdmin admin;

  @BeforeAll
  static void findOrStart() throws IOException {
    emulator = PubSubEmulator.start().orElse(null);
    assumeTrue(emulator != null, PubSubEmulator.whenMissing());
  }

  @AfterAll
  static void end() {
    if (emulator != null) {
      emulator.close();
    }
  }

  @BeforeEach
  void create() {
    admin = new PubSubAdmin(emulator.endpoint());
    admin.createTopic(topic);
    admin.createSubscription(topic, queue, settings -> settings);
  }

  @AfterEach
  void close() throws InterruptedException {
    admin.close();
  }

  private FoundriesPullSource foundries(String subscription) {
    return FoundriesPullSource.builder()
        .subscription(PubSubAdmin.PROJECT, subscription)
        .emulator(emulator.endpoint())
        .build();
  }

  private CloudEventsPullSource worker(String subscription) {
    return CloudEventsPullSource.builder()
        .subscription(PubSubAdmin.PROJECT, subscription)
        .emulator(emulator.endpoint())
        .build();
  }

  private void publish(String device, int number) {
    admin.publish(
        topic,
        device,
        "{\"Uuid\":\"%s\",\"Time\":1763582400,\"Target\":\"lmp-%d\",\"Id\":\"%d\",\"Success\":true}"
            .formatted(device, number, number),
        Map.of("event-type", "DEVICE_OTA_COMPLETED"));
  }

  @Test
  void whatFailedComesAgain() {
    List<String> calls = new CopyOnWriteArrayList<>();
    try (var source = foundries(queue);
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  String id = ((OtaCompleted) event.payload()).id();
                  calls.add(id);
                  if (id.equals("2") && calls.stream().filter("2"::equals).count() == 1) {
                    throw new StackOverflowError("on purpose");
                  }
                })) {
      IntStream.range(0, 5).forEach(number -> publish("device-" + number, number));

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(calls).containsExactlyInAnyOrder("0", "1", "2", "2", "3", "4"));
      subscription.close();
      assertThat(subscription.stats().delivered()).isEqualTo(6);
    }
  }

  @Test
  void aSubscriptionThatDoesNotExistIsAnErrorThatSaysWhatToDo() {
    try (var source = foundries("no-such-queue")) {
      Subscription subscription = source.subscribe((event, delivery) -> {});

      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(
              () -> subscription.completion().toCompletableFuture().get(60, TimeUnit.SECONDS))
          .withCauseInstanceOf(RpcException.class)
          .withMessageContaining("NOT_FOUND")
          .withMessageContaining("deprecated");
    }
  }

  @Test
  void twoWorkersShareWhatIsForwardedAndKeepTheOrderOfEachSubject() {
    int devices = 12;
    int each = 10;
    String feed = "feed-" + UUID.randomUUID();
    String raw = "raw-" + UUID.randomUUID();
    String shared = "shared-" + UUID.randomUUID();
    admin.createTopic(feed);
    admin.createSubscription(feed, raw, settings -> settings.setEnableMessageOrdering(true));
    admin.createSubscription(topic, shared, settings -> settings.setEnableMessageOrdering(true));
    List<Event<?>> sent = new CopyOnWriteArrayList<>();
    List<Event<?>> first = new CopyOnWriteArrayList<>();
    List<Event<?>> second = new CopyOnWriteArrayList<>();
    var keyed = DeliveryOptions.builder().concurrency(Concurrency.keyed(16)).build();
    try (var forwarder =
            PubSubForwarder.builder()
                .topic(PubSubAdmin.PROJECT, topic)
                .emulator(emulator.endpoint())
                .build();
        var source = foundries(raw);
        var one = worker(shared);
        var two = worker(shared);
        var a = one.subscribe((event, delivery) -> first.add(event), keyed);
        var b = two.subscribe((event, delivery) -> second.add(event), keyed);
        var forwarding =
            source.subscribe(
                (event, delivery) -> {
                  sent.add(event);
                  forwarder.handle(widened(event), delivery);
                },
                keyed)) {
      for (int number = 0; number < each; number++) {
        for (int device = 0; device < devices; device++) {
          admin.publish(
              feed,
              "device-" + device,
              "{\"Uuid\":\"device-%d\",\"Time\":%d}".formatted(device, number),
              Map.of("event-type", "DEVICE_FIRST_SEEN"));
        }
      }
      await().atMost(PATIENCE).until(() -> first.size() + second.size() >= devices * each);
    }
    List<Event<?>> all = new ArrayList<>(first);
    all.addAll(second);
    assertThat(all).hasSize(devices * each);
    for (int device = 0; device < devices; device++) {
      String subject = "device-" + device;
      assertThat(payloads(first, subject)).isSortedAccordingTo(PubSubEmulatorTest::byTime);
      assertThat(payloads(second, subject)).isSortedAccordingTo(PubSubEmulatorTest::byTime);
      assertThat(payloads(all, subject))
          .containsExactlyInAnyOrderElementsOf(payloads(sent, subject));
    }
  }

  @SuppressWarnings("unchecked") // immutable: an event of one kind of payload is one of any
  private static Event<Object> widened(Event<?> event) {
    return (Event<Object>) event;
  }

  private static List<Object> payloads(List<Event<?>> events, String subject) {
    return events.stream()
        .filter(event -> subject.equals(event.subject()))
        .<Object>map(Event::payload)
        .toList();
  }

  private static int byTime(Object one, Object other) {
    return ((DeviceFirstSeen) one).time().compareTo(((DeviceFirstSeen) other).time());
  }
}
