package dev.infraevents.websocket.garm;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.EventSource;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.EventSourceContract;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import java.time.Duration;
import java.util.List;

class GarmContractTest extends EventSourceContract<GarmPayload> {

  @Override
  protected Fixture<GarmPayload> start() {
    return new GarmFixture(FakeGarm.start());
  }

  private record GarmFixture(FakeGarm garm) implements Fixture<GarmPayload> {

    @Override
    public FakeServer server() {
      return garm;
    }

    @Override
    public EventSource<GarmPayload> source(ConnectionOptions options, TimeSource time) {
      var source = GarmTests.source(garm).connection(options);
      return time == null ? source.build() : source.timeSource(time).build();
    }

    @Override
    public EventSource<GarmPayload> refusedSource() {
      return GarmTests.source(garm)
          .credentials(GarmCredentials.password(garm.username(), "wrong"))
          .build();
    }

    @Override
    public void emit(String subject) {
      garm.emit("proxy", "create", GarmTests.proxy(subject));
    }

    @Override
    public void awaitStreams(int since, int open) {
      garm.await(
          server -> {
            List<GarmConnection> all = server.connections();
            List<GarmConnection> alive = all.stream().filter(GarmConnection::isOpen).toList();
            return all.size() >= since
                && alive.size() == open
                && alive.stream().allMatch(GarmConnection::hasFilter);
          },
          Received.PATIENCE);
    }

    @Override
    public List<Fault> faults() {
      return List.of(
          Fault.refuse(3),
          Fault.refuseUpgrade(503, "text/html", "<h1>maintenance</h1>").times(2),
          Fault.reset(),
          Fault.halfOpen(),
          Fault.stall(),
          Fault.truncate(),
          Fault.badUtf8(),
          Fault.oversize(3 << 20),
          Fault.wrongClose(1011, "proxy says no"),
          Fault.wrongClose(1000, ""),
          Fault.restart(),
          Fault.outage(),
          Fault.expireToken(),
          Fault.fragment(7),
          Fault.garbageText(),
          Fault.invalidJson(),
          Fault.silentDrop(),
          Fault.duplicate(),
          Fault.reorder(4),
          Fault.slowDrip(64, Duration.ofMillis(1)));
    }

    @Override
    public void close() {
      garm.close();
    }
  }
}
