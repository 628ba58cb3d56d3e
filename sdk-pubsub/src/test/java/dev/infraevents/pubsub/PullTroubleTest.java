package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Concurrency;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.foundries.FoundriesDecoder;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Transport;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import dev.infraevents.testkit.pubsub.PubSubSubscription;
import dev.infraevents.testkit.pubsub.PubSubTopic;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What must not hold up the messages of a subscription. */
@ExtendWith(LeakCheck.class)
class PullTroubleTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DeliveryOptions PARALLEL =
      DeliveryOptions.builder().concurrency(Concurrency.unordered(4)).build();

  private final FakePubSub pubsub = FakePubSub.start();
  private final PubSubTopic factory = pubsub.createTopic("factory");

  @AfterEach
  void stop() {
    pubsub.close();
  }

  private FoundriesPullSource.Builder source() {
    return FoundriesPullSource.builder()
        .subscription(pubsub.project(), "queue")
        .emulator(pubsub.emulatorHost());
  }

  private void publishOrdered(String... devices) {
    for (String device : devices) {
      factory.publish(
          "{\"Uuid\":\"" + device + "\",\"Time\":1763582400}",
          Map.of("event-type", "DEVICE_FIRST_SEEN"),
          "key");
    }
  }

  @Test
  void headersAreSentWithEveryCall() {
    PubSubSubscription queue = pubsub.createSubscription("queue", "factory");
    var options = ConnectionOptions.builder().header("x-team", "fleet").build();
    try (var pull = source().connection(options).build();
        var subscription = pull.subscribe((event, delivery) -> {})) {
      factory.publish("{}", Map.of());
      queue.await(q -> q.count(State.ACKED) == 1, PATIENCE);
    }
    assertThat(pubsub.calls(PubSubMethod.STREAMING_PULL))
        .allSatisfy(call -> assertThat(call.header("x-team")).hasValue("fleet"));
    assertThat(pubsub.calls(PubSubMethod.ACKNOWLEDGE))
        .isNotEmpty()
        .allSatisfy(call -> assertThat(call.header("x-team")).hasValue("fleet"));
  }

  @Test
  void aMessageThatIsNeverSettledHoldsUpItsOrderingKeyNoLongerThanItsLease() {
    PubSubSubscription queue = pubsub.newSubscription("queue", "factory").ordered().create();
    List<String> handled = new CopyOnWriteArrayList<>();
    try (var pull = source().maxLease(Duration.ofSeconds(10)).build();
        var subscription =
            pull.subscribe(
                (event, delivery) -> {
                  handled.add(event.subject());
                  if (handled.size() == 1) {
                    delivery.defer();
                  }
                },
                PARALLEL)) {
      publishOrdered("a", "b", "c");
      queue.await(q -> q.count(State.ACKED) == 3, PATIENCE);
    }
    assertThat(handled).containsExactly("a", "a", "b", "c");
  }

  @Test
  void aMessageThatCanNotBeHandedOnIsDeliveredAgainAndSoAreThoseBehindIt() {
    PubSubSubscription queue = pubsub.newSubscription("queue", "factory").ordered().create();
    List<String> handled = new CopyOnWriteArrayList<>();
    try (var pull = new BrittleSource(pullSettings());
        var subscription =
            pull.subscribe((event, delivery) -> handled.add(event.subject()), PARALLEL)) {
      publishOrdered("a", "b", "c");
      queue.await(q -> q.count(State.ACKED) == 3, PATIENCE);
    }
    assertThat(handled).containsExactlyInAnyOrder("a", "b", "c");
  }

  private PullSettings pullSettings() {
    return source().pullSettings("");
  }

  /** Breaks on the first delivery of each message. */
  private static final class BrittleSource extends AbstractEventSource<FoundriesPayload> {

    private final PullSettings settings;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final FoundriesDecoder decoder = new FoundriesDecoder();

    BrittleSource(PullSettings settings) {
      super(settings.source(), PullTransport.CAPABILITIES, ConnectionOptions.DEFAULT, null, null);
      this.settings = settings;
    }

    @Override
    protected Transport<FoundriesPayload> newTransport() {
      return new PullTransport<>(
          settings,
          (message, source, receivedAt, settlement) -> {
            if (seen.add(message.id())) {
              throw new StackOverflowError();
            }
            return decoder.read(message, source, receivedAt, settlement);
          });
    }
  }
}
