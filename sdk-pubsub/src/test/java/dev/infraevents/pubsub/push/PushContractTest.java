package dev.infraevents.pubsub.push;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.infraevents.Bytes;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.EventSource;
import dev.infraevents.SourceState;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.EventSourceContract;
import dev.infraevents.testkit.FakeServer;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.pubsub.PushMessage;
import dev.infraevents.testkit.pubsub.PushSender;
import dev.infraevents.testkit.pubsub.PushSubscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

class PushContractTest extends EventSourceContract<FoundriesPayload> {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  protected Fixture<FoundriesPayload> start() {
    return new PushFixture();
  }

  /** The endpoint is the source itself; what can go wrong is what is pushed to it. */
  private static final class PushFixture implements Fixture<FoundriesPayload>, FakeServer {

    private final PushSender pubsub = PushSender.start();
    private final ExecutorService threads = Executors.newFixedThreadPool(16);
    private HttpServer server;
    private EventSource<FoundriesPayload> source;
    private PushSubscription queue;
    private boolean twice;
    private String padding = "";

    @Override
    public FakeServer server() {
      return this;
    }

    @Override
    public EventSource<FoundriesPayload> source(ConnectionOptions options, TimeSource time) {
      var builder =
          PushReceiver.builder()
              .path("/")
              .verifier(
                  PushVerifier.builder()
                      .audience(pubsub.audience())
                      .serviceAccount(pubsub.email())
                      .certsUrl(pubsub.keys().jwksUrl())
                      .build());
      PushReceiver receiver = time == null ? builder.build() : builder.timeSource(time).build();
      source = receiver;
      serve(receiver);
      queue = pubsub.subscription(URI.create(url() + "/")).concurrency(16).start();
      return receiver;
    }

    private void serve(PushReceiver receiver) {
      try {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server.setExecutor(threads);
      server.createContext("/", new PushHttpHandler(receiver));
      server.start();
    }

    @Override
    public EventSource<FoundriesPayload> refusedSource() {
      return source(ConnectionOptions.DEFAULT, null);
    }

    @Override
    public String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void emit(String subject) {
      PushMessage message =
          PushMessage.event(
              "DEVICE_FIRST_SEEN",
              "{\"Uuid\":\"%s\",\"Time\":1,\"x\":\"%s\"}".formatted(subject, padding));
      queue.publish(message);
      if (twice) {
        queue.publish(message);
      }
    }

    @Override
    public void awaitStreams(int since, int open) {
      await().atMost(PATIENCE).until(() -> source.status().state() == SourceState.STREAMING);
    }

    @Override
    public boolean demandDriven() {
      return true;
    }

    @Override
    public boolean isPushed() {
      return true;
    }

    @Override
    public List<Fault> faults() {
      return List.of(
          Fault.duplicate(),
          Fault.oversize(3 << 20),
          Fault.badUtf8(),
          Fault.garbageText(),
          Fault.invalidJson());
    }

    @Override
    public void inject(Fault fault) {
      if (fault instanceof Fault.Duplicate) {
        twice = true;
      } else if (fault instanceof Fault.Oversize oversize) {
        padding = "x".repeat(oversize.bytes());
      } else if (fault instanceof Fault.BadUtf8) {
        byte[] bad = {'{', '"', (byte) 0xC3, '"', '}'};
        queue.publish(PushMessage.of(Bytes.of(bad)).with("event-type", "DEVICE_FIRST_SEEN"));
      } else if (fault instanceof Fault.GarbageText) {
        queue.publish(PushMessage.event("DEVICE_FIRST_SEEN", "garbage"));
      } else if (fault instanceof Fault.InvalidJson) {
        var request = pubsub.request(PushMessage.event("DEVICE_FIRST_SEEN", "{}"));
        pubsub.send(URI.create(url() + "/"), request.body("{".getBytes(StandardCharsets.UTF_8)));
      } // a reset of a connection between pushes is none of this source's business
    }

    @Override
    public void heal() {
      twice = false;
      padding = "";
    }

    @Override
    public void close() {
      pubsub.close();
      if (server != null) {
        server.stop(0);
      }
      threads.shutdown();
    }
  }
}
