package dev.infraevents.websocket.garm;

import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventSource;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceStatus;
import dev.infraevents.Subscription;
import dev.infraevents.garm.Garm;
import dev.infraevents.garm.LogLine;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.EventSourceContract;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import java.util.List;
import java.util.Set;

class GarmLogContractTest extends EventSourceContract<LogLine> {

  @Override
  protected Fixture<LogLine> start() {
    return new LogFixture(FakeGarm.start());
  }

  private record LogFixture(FakeGarm garm) implements Fixture<LogLine> {

    @Override
    public FakeServer server() {
      return garm;
    }

    @Override
    public EventSource<LogLine> source(ConnectionOptions options, TimeSource time) {
      var source = GarmTests.logs(garm).connection(options);
      return new Named(time == null ? source.build() : source.timeSource(time).build());
    }

    @Override
    public EventSource<LogLine> refusedSource() {
      return GarmTests.logs(garm)
          .credentials(GarmCredentials.password(garm.username(), "wrong"))
          .build();
    }

    @Override
    public void emit(String subject) {
      garm.log("INFO", subject);
    }

    @Override
    public void awaitStreams(int since, int open) {
      garm.await(
          server -> {
            List<GarmConnection> all = server.logs().connections();
            return all.size() >= since
                && all.stream().filter(GarmConnection::isOpen).count() == open;
          },
          ReceivedEvents.PATIENCE);
    }

    @Override
    public List<Fault> faults() {
      return List.of(
          Fault.refuse(3),
          Fault.refuseUpgrade(503, "text/html", "<h1>maintenance</h1>").times(2),
          Fault.reset(),
          Fault.halfOpen(),
          Fault.stall(),
          Fault.wrongClose(1000, ""),
          Fault.restart(),
          Fault.expireToken());
    }

    @Override
    public void close() {
      garm.close();
    }
  }

  /** The log, with the message of a line as its subject: the contract knows events by that. */
  private record Named(EventSource<LogLine> log) implements EventSource<LogLine> {

    @Override
    public Subscription subscribe(EventHandler<? super LogLine> handler, DeliveryOptions options) {
      return log.subscribe(naming(handler), options);
    }

    private static <P> EventHandler<LogLine> naming(EventHandler<P> handler) {
      return new EventHandler<>() {
        @Override
        @SuppressWarnings("unchecked") // P is a class above LogLine, and an event only gives
        public void handle(Event<LogLine> event, Delivery delivery) throws Exception {
          handler.handle((Event<P>) named(event), delivery);
        }

        @Override
        public void onSignal(SourceSignal signal) {
          handler.onSignal(signal);
        }
      };
    }

    private static Event<LogLine> named(Event<LogLine> event) {
      return Event.builder(Garm.LOG)
          .source(event.source())
          .subject(event.payload().message())
          .payload(event.payload())
          .build();
    }

    @Override
    public SourceStatus status() {
      return log.status();
    }

    @Override
    public Set<Capability> capabilities() {
      return log.capabilities();
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
