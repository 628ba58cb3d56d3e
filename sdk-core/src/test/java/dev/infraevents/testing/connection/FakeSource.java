package dev.infraevents.testing.connection;

import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A source in real time whose connections stream at once and are then driven by the test. */
public final class FakeSource extends AbstractEventSource<String> {

  private final List<FakeTransport> transports = new CopyOnWriteArrayList<>();
  private final BlockingQueue<FakeConnection> connections = new LinkedBlockingQueue<>();
  private final RecordingSettlement settlement = new RecordingSettlement();
  private volatile FakeTransport.Opening opening = FakeConnection::streams;

  public FakeSource() {
    this(TextMessage.SOURCE.toString());
  }

  public FakeSource(String source) {
    super(
        URI.create(source),
        Set.of(Capability.ACK, Capability.NACK),
        ConnectionOptions.DEFAULT,
        null,
        null);
  }

  public FakeSource onOpen(FakeTransport.Opening whatHappens) {
    opening = whatHappens;
    return this;
  }

  @Override
  protected Transport<String> newTransport() {
    var transport = new FakeTransport();
    transports.add(transport);
    return transport.onOpen(
        connection -> {
          opening.opening(connection);
          connections.add(connection);
        });
  }

  /** Waits for the next connection. */
  public FakeConnection connection() throws InterruptedException {
    return connections.take();
  }

  public void send(FakeConnection connection, String... texts) {
    for (String text : texts) {
      connection.context().message(new TextMessage(text, source(), settlement.of(text)));
    }
  }

  public RecordingSettlement settlement() {
    return settlement;
  }

  public List<FakeTransport> transports() {
    return transports;
  }
}
