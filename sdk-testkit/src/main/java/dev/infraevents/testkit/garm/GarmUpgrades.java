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

/** Opens websockets of any kind: all have the same upgrade, buffers, pings and end. */
final class GarmUpgrades {

  /** Who owns a kind of websocket gets to know each new one, before the client does. */
  @FunctionalInterface
  interface Opened {
    WebSocketListener listener(GarmConnection connection, TokenWatch watch);
  }

  private final FakeGarmBuilder settings;
  private final GarmTokens tokens;
  private final WebSocketHost host;
  private final WebSocketSettings webSockets;
  private final List<GarmConnection> all = new CopyOnWriteArrayList<>();

  GarmUpgrades(FakeGarmBuilder settings, GarmTokens tokens, WebSocketHost host) {
    this.settings = settings;
    this.tokens = tokens;
    this.host = host;
    GarmVersion version = settings.version;
    PongPolicy pongs = Objects.requireNonNullElse(settings.pongPolicy, version.pongPolicy());
    this.webSockets =
        new WebSocketSettings(
            version.readLimit(),
            Objects.requireNonNullElse(settings.bufferCapacity, version.bufferCapacity()),
            version.bufferPatience(),
            settings.pingInterval,
            settings.pongWait,
            pongs == PongPolicy.STRICT,
            settings.writeTimeout);
  }

  HttpReply upgrade(GarmRequest request, Opened opened) {
    Optional<HttpResponse> refusal = Handshake.refusal(request.received());
    return refusal.isPresent()
        ? refusal.get()
        : host.upgrade(
            request.received(), webSockets, socket -> accepted(socket, request.caller(), opened));
  }

  /** The token was valid at the upgrade; from now on only its expiry counts. */
  private WebSocketListener accepted(ServerWebSocket socket, Caller caller, Opened opened) {
    var connection = new GarmConnection(socket, host.changes(), caller.token());
    all.add(connection);
    Instant expiry = caller.claims().expiry();
    boolean isOver = tokens.isExpired(caller.token());
    var watch =
        new TokenWatch(
            expiry == null || isOver ? settings.clock.instant() : expiry,
            settings.clock,
            host.timer(),
            () -> socket.close(ServerWebSocket.NORMAL_CLOSURE, ""));
    WebSocketListener listener = opened.listener(connection, watch);
    watch.check();
    return listener;
  }

  /** Closes the connections whose token has been expired by a fault. */
  void closeExpired() {
    all.stream()
        .filter(connection -> connection.uses(tokens::isExpired))
        .forEach(connection -> connection.close(ServerWebSocket.NORMAL_CLOSURE, ""));
  }
}
