package dev.infraevents.samples.quickstart;

import dev.infraevents.pubsub.FoundriesPullSource;
import dev.infraevents.samples.quickstart.DeviceEvents.DeviceMessage;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.PubSubSubscription;
import dev.infraevents.testkit.pubsub.PubSubTopic;
import java.time.Duration;
import java.util.List;

/** A pull queue of Foundries.io: a subscription of Pub/Sub. */
final class FoundriesPullScene implements Scene {

  private final FakePubSub server = FakePubSub.start();
  private final PubSubTopic factory = server.createTopic("factory");
  private final PubSubSubscription queue = server.createSubscription("listener", "factory");
  private final FoundriesPullSource source =
      FoundriesPullSource.builder()
          .subscription(server.project(), "listener")
          .emulator(server.emulatorHost())
          .build();

  @Override
  public String name() {
    return "foundries-pull";
  }

  @Override
  public FoundriesPullSource source() {
    return source;
  }

  @Override
  public int play(Duration patience) {
    List<DeviceMessage> events = DeviceEvents.all();
    server.awaitStreams(1, 1, patience);
    events.forEach(event -> factory.publishDeviceEvent(event.type(), event.json()));
    return events.size();
  }

  @Override
  public void awaitEnd(Duration patience) {
    queue.await(all -> all.acked().size() == all.messages().size(), patience);
  }

  @Override
  public void close() {
    source.close();
    server.close();
  }
}
