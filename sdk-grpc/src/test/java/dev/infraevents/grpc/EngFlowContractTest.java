package dev.infraevents.grpc;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.EventSource;
import dev.infraevents.Token;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.EventSourceContract;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import java.time.Duration;
import java.util.List;

class EngFlowContractTest extends EventSourceContract<EngFlowPayload> {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int UNAVAILABLE = 14;

  @Override
  protected Fixture<EngFlowPayload> start() {
    return new EngFlowFixture(FakeEngFlow.builder().acceptToken().announceCalls().start());
  }

  private record EngFlowFixture(FakeEngFlow engflow) implements Fixture<EngFlowPayload> {

    @Override
    public FakeServer server() {
      return engflow;
    }

    @Override
    public EventSource<EngFlowPayload> source(ConnectionOptions options, TimeSource time) {
      var source =
          EngFlowEventSource.builder()
              .endpoint(engflow.url())
              .credentials(EngFlowCredentials.token(() -> new Token(engflow.token(), null)))
              .connection(options);
      return time == null ? source.build() : source.timeSource(time).build();
    }

    @Override
    public EventSource<EngFlowPayload> refusedSource() {
      return EngFlowEventSource.builder()
          .endpoint(engflow.url())
          .credentials(EngFlowCredentials.token("wrong"))
          .build();
    }

    @Override
    public void emit(String subject) {
      engflow.queue().about(subject).buildStarted();
    }

    @Override
    public void awaitStreams(int since, int open) {
      engflow.awaitReaders(since, open, PATIENCE);
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
          Fault.expireToken(),
          Fault.garbageText(),
          Fault.invalidJson(),
          Fault.silentDrop(),
          Fault.duplicate(),
          Fault.reorder(4),
          Fault.slowDrip(64, Duration.ofMillis(1)));
    }

    @Override
    public void close() {
      engflow.close();
    }
  }
}
