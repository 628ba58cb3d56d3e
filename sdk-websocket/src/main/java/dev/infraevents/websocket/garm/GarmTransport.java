package dev.infraevents.websocket.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Transport;
import dev.infraevents.websocket.internal.BaseUrl;
import dev.infraevents.websocket.internal.HttpClients;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Opens websockets to GARM for one subscription, and remembers what several of them have shown. */
final class GarmTransport implements Transport<GarmPayload> {

  /**
   * One early close may be a restart; so many in a row are a filter that the server does not
   * accept.
   */
  private static final int REJECTIONS = 3;

  private final BaseUrl base;
  private final HttpClients clients;
  private final Supplier<GarmFilter> filter;
  private final Consumer<GarmTransport> onClose;
  private final Set<GarmConnection> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger earlyCloses = new AtomicInteger();
  private volatile boolean worked;

  GarmTransport(
      BaseUrl base,
      ConnectionOptions options,
      @Nullable OkHttpClient template,
      Supplier<GarmFilter> filter,
      Consumer<GarmTransport> onClose) {
    this.base = base;
    this.clients = new HttpClients(base.url().host(), options, template);
    this.filter = filter;
    this.onClose = onClose;
  }

  @Override
  public Connection open(ConnectionContext<GarmPayload> context) throws SourceException {
    Token token = context.token();
    Request request =
        clients
            .request(base.resolve("api/v1/ws/events"))
            .header("Authorization", "Bearer " + token.value())
            .build();
    var connection = new GarmConnection(this, context, token, base.uri());
    OkHttpClient client = clients.forWebSocket(context::activity);
    connection.opened(client.newWebSocket(request, connection));
    return connection;
  }

  /** GARM closes a connection in the second its token expires. */
  @Override
  public boolean boundToToken() {
    return true;
  }

  @Override
  public void close() {
    onClose.accept(this);
    clients.close();
  }

  /** The filter that is wanted now. */
  GarmFilter filter() {
    return filter.get();
  }

  /** What a refusal must not repeat. */
  Collection<String> secrets(Token token) {
    return clients.secrets(token.value());
  }

  BaseUrl base() {
    return base;
  }

  /**
   * Whether a connection was ever accepted: the settings are right, whatever is wrong now will
   * pass.
   */
  boolean hasWorked() {
    return worked;
  }

  void upgraded(GarmConnection connection) {
    worked = true;
    open.add(connection);
    connection.sendFilter();
  }

  void closed(GarmConnection connection) {
    open.remove(connection);
  }

  void filterReplaced() {
    open.forEach(GarmConnection::sendFilter);
  }

  void filterWorks() {
    earlyCloses.set(0);
  }

  SourceException maybeRejected(@Nullable GarmFilter sent) {
    // send-everything is the one filter that every version accepts.
    if (sent == null || sent.equals(GarmFilter.everything())) {
      return new TransportException(
          base + " closed a new connection without a reason: it is probably restarting", null);
    }
    if (earlyCloses.incrementAndGet() >= REJECTIONS) {
      return rejected(sent, "closed " + REJECTIONS + " times right after it");
    }
    return new TransportException(
        base + " closed the connection right after the filter: a restart, or it rejects the filter",
        null);
  }

  SourceException rejected(@Nullable GarmFilter sent, String how) {
    return new ConfigurationException(
        "%s rejects the filter %s (%s): an older server does not know every entity type"
            .formatted(base, sent == null ? "" : sent.toJson(), how),
        null);
  }
}
