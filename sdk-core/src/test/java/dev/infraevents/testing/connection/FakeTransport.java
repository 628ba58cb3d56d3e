package dev.infraevents.testing.connection;

import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A transport whose connections the test drives by hand. */
public final class FakeTransport implements Transport<String> {

  /** What happens in {@link #open}, before the connection is handed over. */
  @FunctionalInterface
  public interface Opening {
    void opening(FakeConnection connection) throws InterruptedException;
  }

  private final List<FakeConnection> connections = new CopyOnWriteArrayList<>();
  private volatile Opening opening = connection -> {};
  private volatile boolean boundToToken;
  private volatile @Nullable Duration pingInterval;
  private volatile int closed;

  public FakeTransport withTokensOnly() {
    boundToToken = false;
    return withTokens();
  }

  /** Every attempt asks for a token first. */
  public FakeTransport withTokens() {
    opening = FakeConnection::fetchToken;
    return this;
  }

  public FakeTransport withTokensThatEndConnections() {
    boundToToken = true;
    return withTokens();
  }

  public FakeTransport onOpen(Opening whatHappens) {
    opening = whatHappens;
    return this;
  }

  @Override
  public Connection open(ConnectionContext<String> context) {
    var connection = new FakeConnection(context);
    connections.add(connection);
    try {
      opening.opening(connection);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      connection.interrupted = true;
    }
    return connection;
  }

  public void pingsEvery(Duration interval) {
    pingInterval = interval;
  }

  @Override
  public @Nullable Duration pingInterval() {
    return pingInterval;
  }

  @Override
  public boolean boundToToken() {
    return boundToToken;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // called once, or the test fails
  public void close() {
    closed++;
  }

  public int timesClosed() {
    return closed;
  }

  public List<FakeConnection> connections() {
    return connections;
  }

  public FakeConnection latest() {
    return connections.get(connections.size() - 1);
  }

  public int attempts() {
    return connections.size();
  }
}
