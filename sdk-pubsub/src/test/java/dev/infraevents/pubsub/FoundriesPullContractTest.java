package dev.infraevents.pubsub;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.EventSource;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.EventSourceContract;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.PubSubTopic;
import java.time.Duration;
import java.util.List;

class FoundriesPullContractTest extends EventSourceContract<FoundriesPayload> {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int UNAVAILABLE = 14;

  @Override
  protected Fixture<FoundriesPayload> start() {
    FakePubSub pubsub = FakePubSub.start();
    PubSubTopic factory = pubsub.createTopic("factory");
    pubsub.createSubscription("queue", "factory");
    return new PubSubFixture(pubsub, factory);
  }

  private record PubSubFixture(FakePubSub pubsub, PubSubTopic factory)
      implements Fixture<FoundriesPayload> {

    @Override
    public FakeServer server() {
      return pubsub;
    }

    @Override
    public EventSource<FoundriesPayload> source(ConnectionOptions options, TimeSource time) {
      var source = builder("queue").connection(options);
      return time == null ? source.build() : source.timeSource(time).build();
    }

    @Override
    public EventSource<FoundriesPayload> refusedSource() {
      return builder("no-such-queue").build();
    }

    private FoundriesPullSource.Builder builder(String subscription) {
      return FoundriesPullSource.builder()
          .subscription(pubsub.project(), subscription)
          .emulator(pubsub.emulatorHost());
    }

    @Override
    public void emit(String subject) {
      factory.publishDeviceEvent(
          "DEVICE_FIRST_SEEN", "{\"Uuid\":\"" + subject + "\",\"Time\":1763582400}");
    }

    @Override
    public void awaitStreams(int since, int open) {
      pubsub.awaitStreams(since, open, PATIENCE);
    }

    @Override
    public boolean demandDriven() {
      return true;
    }

    @Override
    public List<Fault> faults() {
      return List.of(
          Fault.refuse(3),
          Fault.refuseUpgrade(503, "text/html", "<h1>maintenance</h1>").times(2),
          Fault.refuseCall(UNAVAILABLE, "not now").times(2),
          Fault.reset(),
          Fault.halfOpen(),
          Fault.stall(),
          Fault.truncate(),
          Fault.badUtf8(),
          Fault.oversize(3 << 20),
          Fault.endStreams(UNAVAILABLE, "the server is shutting down"),
          Fault.endStreams(0, ""),
          Fault.restart(),
          Fault.outage(),
          Fault.garbageText(),
          Fault.invalidJson(),
          Fault.silentDrop(),
          Fault.duplicate(),
          Fault.reorder(4),
          Fault.slowDrip(64, Duration.ofMillis(1)));
    }

    @Override
    public void close() {
      pubsub.close();
    }
  }
}
