package dev.infraevents.testing.connection;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Settlement;
import org.jspecify.annotations.Nullable;

/** One attempt of a {@link FakeTransport}; its methods are what the far side does. */
public final class FakeConnection implements Connection {

  private final ConnectionContext<String> context;
  private volatile @Nullable Token token;
  private volatile boolean stopped;
  private volatile boolean closed;
  private volatile Runnable onClose = () -> {};
  volatile boolean interrupted;

  FakeConnection(ConnectionContext<String> context) {
    this.context = context;
  }

  public ConnectionContext<String> context() {
    return context;
  }

  public void fetchToken() {
    token = context.token();
  }

  public String token() {
    return token == null ? "" : token.value();
  }

  public FakeConnection streams() {
    context.streaming(false);
    return this;
  }

  public FakeConnection resumes() {
    context.streaming(true);
    return this;
  }

  public void sends(String... texts) {
    for (String text : texts) {
      context.message(new TextMessage(text));
    }
  }

  public void sendsGarbage(String text) {
    context.undecodable(
        Bytes.ofUtf8(text), new DecodingException("not readable", null), Settlement.none());
  }

  public void showsLife() {
    context.activity();
  }

  public void breaks() {
    fails(new TransportException("connection reset", null));
  }

  public void fails(SourceException cause) {
    context.failed(cause);
  }

  @Override
  public void stopReceiving() {
    stopped = true;
  }

  @Override
  public void close() {
    closed = true;
    onClose.run();
  }

  public void onClose(Runnable task) {
    onClose = task;
  }

  public boolean isStopped() {
    return stopped;
  }

  public boolean isClosed() {
    return closed;
  }

  public boolean wasInterrupted() {
    return interrupted;
  }
}
