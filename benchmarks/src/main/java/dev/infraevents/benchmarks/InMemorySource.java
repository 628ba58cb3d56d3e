package dev.infraevents.benchmarks;

import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A source that costs nothing: whoever calls {@link #emit} is its reader. */
final class InMemorySource<P> extends AbstractEventSource<P> {

  private final CompletableFuture<ConnectionContext<P>> context = new CompletableFuture<>();

  InMemorySource(URI source, Set<Capability> capabilities) {
    super(source, capabilities, ConnectionOptions.DEFAULT, null, null);
  }

  /** Where to emit, once there is a subscription. */
  ConnectionContext<P> connected() {
    return context.join();
  }

  static <P> void emit(ConnectionContext<P> context, InboundMessage<P> message) {
    context.message(message);
  }

  @Override
  protected Transport<P> newTransport() {
    return opened -> {
      opened.streaming(false);
      context.complete(opened);
      return new Idle();
    };
  }

  private static final class Idle implements Connection {
    @Override
    public void stopReceiving() {}

    @Override
    public void close() {}
  }
}
