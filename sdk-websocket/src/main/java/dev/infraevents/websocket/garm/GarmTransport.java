package dev.infraevents.websocket.garm;

import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Transport;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.util.Collection;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/**
 * Opens websockets of one kind for one subscription.
 *
 * @param <P> the payload class
 */
abstract class GarmTransport<P> implements Transport<P> {

  private final BaseUrl base;
  private final HttpClients clients;
  private final GarmSocket kind;
  private volatile boolean worked;

  GarmTransport(BaseUrl base, HttpClients clients, GarmSocket kind) {
    this.base = base;
    this.clients = clients;
    this.kind = kind;
  }

  /** Makes the listener of one connection. */
  abstract GarmConnection<P> connection(ConnectionContext<P> context, Token token);

  @Override
  public final Connection open(ConnectionContext<P> context) throws SourceException {
    Token token = context.token();
    Request request =
        clients
            .request(base.resolve(kind.path()))
            .header("Authorization", "Bearer " + token.value())
            .build();
    GarmConnection<P> connection = connection(context, token);
    OkHttpClient client = clients.forWebSocket(context::activity);
    connection.opened(client.newWebSocket(request, connection));
    return connection;
  }

  /** GARM closes a connection in the second its token expires. */
  @Override
  public final boolean boundToToken() {
    return true;
  }

  @Override
  public void close() {
    clients.close();
  }

  final BaseUrl base() {
    return base;
  }

  final GarmSocket kind() {
    return kind;
  }

  /** What a refusal must not repeat. */
  final Collection<String> secrets(Token token) {
    return clients.secrets(token.value());
  }

  /**
   * Whether a connection was ever accepted: the settings are right, whatever is wrong now will
   * pass.
   */
  final boolean hasWorked() {
    return worked;
  }

  final void upgraded() {
    worked = true;
  }
}
