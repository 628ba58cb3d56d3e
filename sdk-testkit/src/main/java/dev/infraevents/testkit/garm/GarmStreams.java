package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.websocket.WebSocketHost;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The connections to the events websocket, and who of them gets which event. */
final class GarmStreams {

  private final GarmUpgrades upgrades;
  private final FakeGarmBuilder settings;
  private final WebSocketHost host;

  private final List<GarmConnection> connections = new CopyOnWriteArrayList<>();
  private final AtomicInteger rejections = new AtomicInteger();

  GarmStreams(GarmUpgrades upgrades, FakeGarmBuilder settings, WebSocketHost host) {
    this.upgrades = upgrades;
    this.settings = settings;
    this.host = host;
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
    return upgrades.upgrade(
        request,
        (connection, watch) -> {
          connections.add(connection);
          return connection.listener(
              settings.version,
              () -> settings.rejectionText.arrives(rejections.incrementAndGet()),
              watch);
        });
  }
}
