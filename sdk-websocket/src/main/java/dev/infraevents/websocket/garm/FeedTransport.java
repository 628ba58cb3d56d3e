package dev.infraevents.websocket.garm;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Token;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.MessageReader;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;

/**
 * Websockets that send the same to all who are connected: nothing is asked, nothing is filtered.
 *
 * @param <P> the payload class
 */
final class FeedTransport<P> extends GarmTransport<P> {

  private final MessageReader<P> reader;

  FeedTransport(BaseUrl base, HttpClients clients, GarmSocket kind, MessageReader<P> reader) {
    super(base, clients, kind);
    this.reader = reader;
  }

  @Override
  GarmConnection<P> connection(ConnectionContext<P> context, Token token) {
    return new GarmConnection<>(this, context, token) {
      @Override
      InboundMessage<P> read(Bytes message) throws DecodingException {
        return reader.read(message, source, context.now());
      }
    };
  }
}
