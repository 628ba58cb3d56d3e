package dev.infraevents.samples.quickstart;

import com.sun.net.httpserver.HttpServer;
import dev.infraevents.pubsub.push.PushHttpHandler;
import dev.infraevents.pubsub.push.PushReceiver;
import dev.infraevents.pubsub.push.PushVerifier;
import dev.infraevents.samples.quickstart.DeviceEvents.DeviceMessage;
import dev.infraevents.testkit.pubsub.PushMessage;
import dev.infraevents.testkit.pubsub.PushSender;
import dev.infraevents.testkit.pubsub.PushSubscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A push queue of Foundries.io: signed requests to a web server of the application's own. */
final class FoundriesPushScene implements Scene {

  private static final String PATH = "/foundries";

  private final PushSender google = PushSender.start();
  private final PushReceiver receiver =
      PushReceiver.builder()
          .verifier(
              PushVerifier.builder()
                  .audience(google.audience())
                  .serviceAccount(google.email())
                  .certsUrl(google.keys().jwksUrl())
                  .build())
          .path(PATH)
          .build();
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final HttpServer web = serve();
  private final PushSubscription queue =
      google
          .subscription(URI.create("http://127.0.0.1:" + web.getAddress().getPort() + PATH))
          .start();

  private HttpServer serve() {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      HttpServer server = HttpServer.create(address, 0);
      server.setExecutor(threads);
      server.createContext(PATH, new PushHttpHandler(receiver));
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return "foundries-push";
  }

  @Override
  public PushReceiver source() {
    return receiver;
  }

  @Override
  public int play(Duration patience) {
    List<DeviceMessage> events = DeviceEvents.all();
    events.forEach(event -> queue.publish(PushMessage.event(event.type(), event.json())));
    return events.size();
  }

  @Override
  public void awaitEnd(Duration patience) {
    queue.awaitEmpty(patience);
  }

  @Override
  public void close() {
    receiver.close();
    google.close();
    web.stop(0);
    threads.shutdown();
  }
}
