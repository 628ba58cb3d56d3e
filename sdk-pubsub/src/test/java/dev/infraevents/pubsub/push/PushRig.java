package dev.infraevents.pubsub.push;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushMessage;
import dev.infraevents.testkit.pubsub.PushRequest;
import dev.infraevents.testkit.pubsub.PushResponse;
import dev.infraevents.testkit.pubsub.PushSender;
import dev.infraevents.testkit.pubsub.PushSubscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Pub/Sub, a receiver in the JDK's server, and a handler that remembers what it was told. */
final class PushRig implements AutoCloseable, EventHandler<FoundriesPayload> {

  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final String PATH = "/foundries";
  static final String UUID = "58e6e47d-3d2c-415b-afa4-cdc5e0229355";

  /** What is configured before {@link #start()}. */
  final PushSender pubsub = PushSender.start();

  /** Of the verifier's keys. */
  final VirtualTime keyTime = new VirtualTime();

  UnaryOperator<PushReceiver.Builder> receiverOptions = UnaryOperator.identity();
  UnaryOperator<PushVerifier.Builder> verifierOptions = UnaryOperator.identity();
  UnaryOperator<DeliveryOptions.Builder> deliveryOptions = UnaryOperator.identity();
  EventHandler<FoundriesPayload> reaction = (event, delivery) -> {};

  final List<Event<FoundriesPayload>> events = new CopyOnWriteArrayList<>();
  final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();
  final List<SourceSignal> signals = new CopyOnWriteArrayList<>();

  private final ExecutorService threads = Executors.newFixedThreadPool(8);
  private HttpServer server;
  private PushReceiver receiver;
  private Subscription subscription;

  PushRig receiver(UnaryOperator<PushReceiver.Builder> options) {
    receiverOptions = options;
    return this;
  }

  PushRig delivery(UnaryOperator<DeliveryOptions.Builder> options) {
    deliveryOptions = options;
    return this;
  }

  PushRig handler(EventHandler<FoundriesPayload> handler) {
    reaction = handler;
    return this;
  }

  PushRig time(VirtualTime time) {
    UnaryOperator<PushReceiver.Builder> before = receiverOptions;
    var source = new TimeSource(time.clock(), time::nanoTime, time);
    receiverOptions = builder -> before.apply(builder).timeSource(source);
    return this;
  }

  /** Serves and subscribes. */
  PushRig start() throws InterruptedException {
    return serve().subscribe();
  }

  PushRig serve() {
    PushVerifier verifier =
        verifierOptions
            .apply(
                PushVerifier.builder()
                    .audience(pubsub.audience())
                    .serviceAccount(pubsub.email())
                    .certsUrl(pubsub.keys().jwksUrl())
                    .timeSource(new TimeSource(InstantSource.system(), keyTime::nanoTime, keyTime)))
            .build();
    receiver = receiverOptions.apply(PushReceiver.builder().verifier(verifier).path(PATH)).build();
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", new PushHttpHandler(receiver));
    server.start();
    return this;
  }

  PushRig subscribe() throws InterruptedException {
    DeliveryOptions options =
        deliveryOptions.apply(DeliveryOptions.builder().deadLetters(deadLetters::add)).build();
    subscription = receiver.subscribe(this, options);
    subscription.awaitStreaming(PATIENCE);
    return this;
  }

  @Override
  public void handle(Event<FoundriesPayload> event, Delivery delivery) throws Exception {
    events.add(event);
    reaction.handle(event, delivery);
  }

  @Override
  public void onSignal(SourceSignal signal) {
    signals.add(signal);
  }

  PushReceiver receiver() {
    return receiver;
  }

  Subscription subscription() {
    return subscription;
  }

  SubscriptionStats stats() {
    return subscription.stats();
  }

  /** The books are closed a little after the answer. */
  void awaitStats(Consumer<SubscriptionStats> assertion) {
    await().atMost(PATIENCE).untilAsserted(() -> assertion.accept(stats()));
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
  }

  /** An event of a device whose id says which one it is. */
  static PushMessage message(String id) {
    return PushMessage.event(
            "DEVICE_OTA_STARTED",
            "{\"Uuid\":\"%s\",\"Time\":1650000000,\"Target\":\"t-1\",\"Id\":\"1-%s\"}"
                .formatted(UUID, id))
        .withId(id);
  }

  PushRequest request(String id) {
    return pubsub.request(message(id));
  }

  PushResponse send(PushRequest request) {
    return pubsub.send(endpoint(), request);
  }

  int status(PushRequest request) {
    return send(request).status();
  }

  List<String> eventIds() {
    return events.stream().map(Event::id).toList();
  }

  static Set<Integer> statuses(PushSubscription queue) {
    return queue.pushes().stream()
        .map(push -> push.response().status())
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    if (receiver != null) {
      receiver.close();
    }
    if (server != null) {
      server.stop(0);
    }
    pubsub.close();
    threads.shutdown();
  }
}
