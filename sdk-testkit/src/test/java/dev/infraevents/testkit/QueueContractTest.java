package dev.infraevents.testkit;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.EventSource;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.Transport;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/** The contract holds, and can be passed, for sources that are acknowledged and held back too. */
class QueueContractTest {

  @Nested
  class WithNack extends EventSourceContract<String> {
    @Override
    protected Fixture<String> start() {
      return new QueueFixture(true);
    }
  }

  @Nested
  class WithoutNack extends EventSourceContract<String> {
    @Override
    protected Fixture<String> start() {
      return new QueueFixture(false);
    }
  }

  private static final class QueueFixture implements EventSourceContract.Fixture<String> {
    private final FakeQueue queue;
    private final Set<Capability> capabilities = EnumSet.of(Capability.ACK, Capability.ACK_RECEIPT);

    QueueFixture(boolean nacks) {
      queue = new FakeQueue(nacks);
      if (nacks) {
        capabilities.add(Capability.NACK);
      }
    }

    @Override
    public FakeServer server() {
      return queue;
    }

    @Override
    public EventSource<String> source(ConnectionOptions options, TimeSource time) {
      return new Source(capabilities, options, time, queue);
    }

    @Override
    public EventSource<String> refusedSource() {
      return new Source(
          capabilities,
          ConnectionOptions.DEFAULT,
          null,
          context -> {
            throw new AuthenticationException("refused", 401, null);
          });
    }

    @Override
    public void emit(String subject) {
      queue.emit(subject);
    }

    @Override
    public void awaitStreams(int since, int open) {
      queue.awaitStreams(since, open);
    }

    @Override
    public List<Fault> faults() {
      return List.of(
          Fault.reset(),
          Fault.restart(),
          Fault.outage(),
          Fault.halfOpen(),
          Fault.stall(),
          Fault.garbageText());
    }

    @Override
    public boolean demandDriven() {
      return true;
    }

    @Override
    public void close() {
      queue.close();
    }
  }

  private static final class Source extends AbstractEventSource<String> {
    private final Transport<String> shared;

    Source(
        Set<Capability> capabilities,
        ConnectionOptions options,
        TimeSource time,
        Transport<String> shared) {
      super(FakeQueue.ADDRESS, capabilities, options, null, time);
      this.shared = shared;
    }

    /** One for each subscription, so that closing it does not close the queue. */
    @Override
    protected Transport<String> newTransport() {
      return new Transport<>() {
        @Override
        public Connection open(ConnectionContext<String> context) {
          return shared.open(context);
        }

        @Override
        public boolean demandDriven() {
          return true;
        }
      };
    }
  }
}
