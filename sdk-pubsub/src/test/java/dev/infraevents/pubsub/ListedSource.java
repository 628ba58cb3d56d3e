package dev.infraevents.pubsub;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceException;
import dev.infraevents.spi.AbstractEventSource;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.util.List;
import java.util.Set;

/** Brings a list of messages, and ends. */
final class ListedSource extends AbstractEventSource<Object> {

  private final List<? extends InboundMessage<?>> messages;

  ListedSource(List<? extends InboundMessage<?>> messages) {
    super(URI.create("test:list"), Set.of(), ConnectionOptions.DEFAULT, null, null);
    this.messages = messages;
  }

  @Override
  protected Transport<Object> newTransport() {
    return new Transport<>() {
      @Override
      public Connection open(ConnectionContext<Object> context) throws SourceException {
        context.streaming(false);
        messages.forEach(message -> context.message(widened(message)));
        context.completed();
        return new Connection() {
          @Override
          public void stopReceiving() {}

          @Override
          public void close() {}
        };
      }
    };
  }

  @SuppressWarnings("unchecked") // a message of one kind of payload brings one of any
  private static InboundMessage<Object> widened(InboundMessage<?> message) {
    return (InboundMessage<Object>) message;
  }
}
