package dev.infraevents.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.Subscription;
import dev.infraevents.Token;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.garm.Instance;
import dev.infraevents.websocket.garm.GarmCredentials;
import dev.infraevents.websocket.garm.GarmEventSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;

/**
 * One way to consume the events of a {@link TrafficServer}, in a process of its own: its arguments
 * are a port, the {@link Way}, and the path of a {@link Traffic}.
 */
final class TrafficClient {

  /** Which way. */
  enum Way {
    /** Our source, a typed handler. */
    SOURCE,
    /** OkHttp, our decoder, the handler called on the reader's thread. */
    LOOP,
    /** OkHttp, plain Jackson and jsr310, the handler called on the reader's thread. */
    PLAIN_LOOP,
    /** Our source, a filter that refuses everything. */
    FILTERED,
    /** OkHttp, nothing read. */
    OKHTTP,
    /** A socket and as much of the protocol as it takes to tell the events apart. */
    SOCKET
  }

  private static final URI SOURCE = URI.create("http://127.0.0.1");

  private final String base;
  private final Measured measured;

  private TrafficClient(int port, Traffic traffic) {
    this.base = "http://127.0.0.1:" + port + traffic.path();
    this.measured = new Measured(traffic);
  }

  /**
   * Prints one line of result.
   *
   * @param args port, way, path of the traffic
   */
  public static void main(String[] args) throws Exception {
    System.out.println(
        run(Integer.parseInt(args[0]), Way.valueOf(args[1]), Traffic.parse(args[2])));
    System.exit(0); // threads of OkHttp linger
  }

  static String run(int port, Way way, Traffic traffic) throws IOException, InterruptedException {
    var client = new TrafficClient(port, traffic);
    return switch (way) {
      case SOURCE -> client.source();
      case FILTERED -> client.filtered();
      case LOOP -> client.okHttp(client.ourDecoder());
      case PLAIN_LOOP -> client.okHttp(client.plainDecoder());
      case OKHTTP -> client.okHttp(text -> client.measured.event(0));
      case SOCKET -> RawClient.run(port, traffic, client.measured);
    };
  }

  private String source() throws InterruptedException {
    try (var source = open(base);
        var subscription =
            source.subscribe(
                (event, delivery) -> measured.event(agent(event)), DeliveryOptions.DEFAULT)) {
      return complete(subscription);
    }
  }

  private String filtered() throws InterruptedException {
    DeliveryOptions options =
        DeliveryOptions.builder()
            .filter(
                envelope -> {
                  measured.event(0);
                  return false;
                })
            .build();
    try (var source = open(base);
        var subscription = source.subscribe((event, delivery) -> {}, options)) {
      return complete(subscription);
    }
  }

  static GarmEventSource open(String url) {
    return GarmEventSource.builder()
        .url(url)
        .credentials(
            GarmCredentials.provider(
                () -> new Token("benchmark", Instant.now().plus(Duration.ofDays(1)))))
        .build();
  }

  private String complete(Subscription subscription) throws InterruptedException {
    String result = measured.result();
    if (subscription.stats().dropped() > 0) {
      throw new IllegalStateException("events were dropped: " + subscription.stats());
    }
    return result;
  }

  private static long agent(Event<? extends GarmPayload> event) {
    return event.payload() instanceof Instance instance ? instance.agentId() : 0;
  }

  // Hand-written: one event after the other on the thread that reads, no reconnecting, no bounds.
  private String okHttp(Consumer<String> consumer) throws InterruptedException {
    OkHttpClient client =
        new OkHttpClient.Builder()
            .readTimeout(Duration.ZERO)
            .pingInterval(Duration.ofSeconds(20))
            .build();
    Request request = new Request.Builder().url(base + "/api/v1/ws/events").build();
    WebSocket socket =
        client.newWebSocket(
            request,
            new WebSocketListener() {
              @Override
              public void onMessage(WebSocket webSocket, String text) {
                consumer.accept(text);
              }
            });
    try {
      return measured.result();
    } finally {
      socket.cancel();
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }

  private Consumer<String> ourDecoder() {
    var decoder = new GarmDecoder();
    return text -> measured.event(agent(Frames.decode(decoder, text, SOURCE, Instant.now())));
  }

  private Consumer<String> plainDecoder() {
    ObjectReader reader =
        PlainFrame.mapper().readerFor(new TypeReference<PlainFrame<PlainFrame.Instance>>() {});
    return text -> {
      try {
        PlainFrame<PlainFrame.Instance> frame = reader.readValue(text);
        measured.event(frame.payload().agentId());
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      }
    };
  }
}
