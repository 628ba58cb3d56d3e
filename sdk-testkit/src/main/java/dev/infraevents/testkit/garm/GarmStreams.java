package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.garm.GarmRequest.Caller;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.http.HttpResponse;
import dev.infraevents.testkit.internal.websocket.Handshake;
import dev.infraevents.testkit.internal.websocket.ServerWebSocket;
import dev.infraevents.testkit.internal.websocket.WebSocketHost;
import dev.infraevents.testkit.internal.websocket.WebSocketListener;
import dev.infraevents.testkit.internal.websocket.WebSocketSettings;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The connections to the events websocket, and who of them gets which event. */
final class GarmStreams {

  private final FakeGarmBuilder settings;
  private final GarmTokens tokens;
  private final WebSocketHost host;
  private final WebSocketSettings webSockets;

  private final List<GarmConnection> connections = new CopyOnWriteArrayList<>();
  private final AtomicInteger rejections = new AtomicInteger();

  GarmStreams(FakeGarmBuilder settings, GarmTokens tokens, WebSocketHost host) {
    this.settings = settings;
    this.tokens = tokens;
    this.host = host;
    GarmVersion version = settings.version;
    this.webSockets =
        new WebSocketSettings(
            version.readLimit(),
            Objects.requireNonNullElse(settings.bufferCapacity, version.bufferCapacity()),
            version.bufferPatience(),
            settings.pingInterval,
            settings.pongWait,
            Objects.requireNonNullElse(settings.pongPolicy, version.pongPolicy())
                == PongPolicy.STRICT,
            settings.writeTimeout);
  }

  List<GarmConnection> connections() {
    return List.copyOf(connections);
  }

  @Nullable GarmConnection newestFiltered() {
    GarmConnection newest = null;
    for (GarmConnection connection : connections) {
      newest = connection.isOpen() && connection.hasFilter() ? connection : newest;
    }
    return newest;
  }

  static String frame(String entityType, String operation, String payload) {
    return "{\"entity-type\":"
        + Json.quote(entityType)
        + ",\"operation\":"
        + Json.quote(operation)
        + ",\"payload\":"
        + payload
        + "}";
  }

  /** Queues an event for all that want it; says for how many there was room. */
  int deliver(String entityType, String operation, String frame) {
    List<GarmConnection> recipients =
        connections.stream().filter(c -> c.wants(entityType, operation)).toList();
    if (recipients.isEmpty()) {
      return 0; // and a fault of the next event goes on waiting
    }
    List<byte[]> frames = host.encode(frame);
    if (frames.isEmpty()) {
      return 0; // a fault swallowed it
    }
    return (int) recipients.stream().filter(recipient -> recipient.offer(frames)).count();
  }

  HttpReply upgrade(GarmRequest request) {
    Optional<HttpResponse> refusal = Handshake.refusal(request.received());
    return refusal.isPresent()
        ? refusal.get()
        : host.upgrade(
            request.received(), webSockets, socket -> accepted(socket, request.caller()));
  }

  /** The token was valid at the upgrade; from now on only its expiry counts. */
  private WebSocketListener accepted(ServerWebSocket socket, Caller caller) {
    var connection = new GarmConnection(socket, host.changes(), caller.token());
    connections.add(connection);
    Instant expiry = caller.claims().expiry();
    boolean isOver = tokens.isExpired(caller.token());
    var watch =
        new TokenWatch(
            expiry == null || isOver ? settings.clock.instant() : expiry,
            settings.clock,
            host.timer(),
            () -> socket.close(ServerWebSocket.NORMAL_CLOSURE, ""));
    watch.check();
    return connection.listener(
        settings.version,
        () -> settings.rejectionText.arrives(rejections.incrementAndGet()),
        watch);
  }

  /** Closes the connections whose token has been expired by a fault. */
  void closeExpired() {
    connections.stream()
        .filter(connection -> connection.uses(tokens::isExpired))
        .forEach(connection -> connection.close(ServerWebSocket.NORMAL_CLOSURE, ""));
  }
}
