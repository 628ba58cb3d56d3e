package dev.infraevents.benchmarks;

import com.google.api.gax.batching.FlowControlSettings;
import com.google.api.gax.core.InstantiatingExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.pubsub.v1.AckReplyConsumer;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.ProjectSubscriptionName;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventFilter;
import dev.infraevents.EventHandler;
import dev.infraevents.foundries.Foundries;
import dev.infraevents.foundries.FoundriesDecoder;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.pubsub.FoundriesPullSource;
import dev.infraevents.spi.Settlement;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * One way to consume and acknowledge the messages of a {@link PullServer}, in a process of its own:
 * its arguments are a port, the {@link Way}, and the path of a {@link Traffic}.
 */
final class PullClient {

  /** Which way. All but the first two may hold {@link #WIDE} messages. */
  enum Way {
    /** Our source, default options, a typed handler. */
    DEFAULT_SOURCE,
    /** Google's client as it comes, with a receiver that acknowledges. */
    DEFAULT_SUBSCRIBER,
    /** Our source, a typed handler. */
    SOURCE,
    /** Our source, a filter that wants another type. */
    FILTERED,
    /** Google's client, five threads, with a receiver that acknowledges. */
    SUBSCRIBER,
    /** The same with one thread. */
    SUBSCRIBER_ONE_THREAD,
    /** The same with one thread and our decoder. */
    SUBSCRIBER_DECODING
  }

  /**
   * Google's client sends acknowledgements ten times a second, so with its default bound, a
   * thousand messages, and ours, it waits most of the time. With more than this, what waits costs
   * the collector more than all else.
   */
  private static final int WIDE = 5_000;

  private static final long WIDE_BYTES = 100 << 20;

  private static final URI SOURCE = URI.create("//pubsub.googleapis.com/benchmark");

  private final int port;
  private final Traffic traffic;
  private final String subscription;
  private final Measured measured;
  private final FoundriesDecoder decoder = new FoundriesDecoder();

  private PullClient(int port, Traffic traffic) {
    this.port = port;
    this.traffic = traffic;
    this.subscription = PullServer.subscription(traffic);
    this.measured = new Measured(traffic);
  }

  /**
   * Prints one line of result.
   *
   * @param args port, way, path of the traffic
   */
  public static void main(String[] args) throws InterruptedException {
    System.out.println(
        run(Integer.parseInt(args[0]), Way.valueOf(args[1]), Traffic.parse(args[2])));
  }

  static String run(int port, Way way, Traffic traffic) throws InterruptedException {
    var client = new PullClient(port, traffic);
    EventHandler<FoundriesPayload> handler = (event, delivery) -> client.measured.event(0);
    return switch (way) {
      case DEFAULT_SOURCE -> client.source(handler, DeliveryOptions.DEFAULT);
      case DEFAULT_SUBSCRIBER -> client.subscriber(client::acknowledge, builder -> builder);
      case SOURCE -> client.source(handler, wide().build());
      case FILTERED -> client.source(handler, wide().filter(client.countingFilter()).build());
      case SUBSCRIBER -> client.subscriber(client::acknowledge, PullClient::wide);
      case SUBSCRIBER_ONE_THREAD -> client.subscriber(client::acknowledge, PullClient::oneThread);
      case SUBSCRIBER_DECODING -> client.subscriber(client::decode, PullClient::oneThread);
    };
  }

  private static DeliveryOptions.Builder wide() {
    return DeliveryOptions.builder().buffer(WIDE, WIDE_BYTES);
  }

  private static Subscriber.Builder wide(Subscriber.Builder builder) {
    return builder.setFlowControlSettings(
        FlowControlSettings.newBuilder()
            .setMaxOutstandingElementCount((long) WIDE)
            .setMaxOutstandingRequestBytes(WIDE_BYTES)
            .build());
  }

  private static Subscriber.Builder oneThread(Subscriber.Builder builder) {
    return wide(builder)
        .setExecutorProvider(
            InstantiatingExecutorProvider.newBuilder().setExecutorThreadCount(1).build());
  }

  private EventFilter countingFilter() {
    EventFilter wanted = EventFilter.types(Foundries.FIRST_SEEN); // never sent
    return envelope -> {
      measured.event(0);
      return wanted.test(envelope);
    };
  }

  private String source(EventHandler<FoundriesPayload> handler, DeliveryOptions options)
      throws InterruptedException {
    try (var source =
            FoundriesPullSource.builder()
                .emulator("127.0.0.1:" + port)
                .subscription(PullServer.PROJECT, subscription)
                .build();
        var running = source.subscribe(handler, options)) {
      String result = measured.result();
      var stats = running.stats();
      if (stats.delivered() + stats.filtered() < traffic.total() - 1) { // all but the last
        throw new IllegalStateException("not all were acknowledged: " + stats);
      }
      return result;
    }
  }

  private void acknowledge(PubsubMessage message, AckReplyConsumer reply) {
    measured.event(0);
    reply.ack();
  }

  private void decode(PubsubMessage message, AckReplyConsumer reply) {
    Timestamp time = message.getPublishTime();
    var neutral =
        new PubSubMessage(
            message.getMessageId(),
            Instant.ofEpochSecond(time.getSeconds(), time.getNanos()),
            message.getAttributesMap(),
            Bytes.of(message.getData().toByteArray()),
            null,
            subscription,
            0,
            Bytes.EMPTY);
    try {
      decoder.read(neutral, SOURCE, Instant.now(), Settlement.none()).decode();
    } catch (DecodingException e) {
      throw new IllegalStateException(e);
    }
    acknowledge(message, reply);
  }

  // The channel is the same as ours, and how Google says to reach an emulator.
  private String subscriber(MessageReceiver receiver, UnaryOperator<Subscriber.Builder> settings)
      throws InterruptedException {
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget("127.0.0.1:" + port).usePlaintext().build();
    try {
      var name = ProjectSubscriptionName.of(PullServer.PROJECT, subscription);
      Subscriber subscriber =
          settings
              .apply(Subscriber.newBuilder(name, receiver))
              .setChannelProvider(
                  FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)))
              .setCredentialsProvider(NoCredentialsProvider.create())
              .build();
      subscriber.startAsync().awaitRunning();
      String result = measured.result();
      subscriber.stopAsync().awaitTerminated();
      return result;
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
