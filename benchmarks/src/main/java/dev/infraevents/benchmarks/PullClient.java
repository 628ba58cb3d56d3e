package dev.infraevents.benchmarks;

import com.google.api.gax.core.InstantiatingExecutorProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.pubsub.v1.AckReplyConsumer;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.pubsub.v1.ProjectSubscriptionName;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventFilter;
import dev.infraevents.EventHandler;
import dev.infraevents.foundries.Foundries;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.pubsub.FoundriesPullSource;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * One way to consume and acknowledge the messages of a {@link PullServer}, in a process of its own:
 * its arguments are a port, the {@link Way}, and the path of a {@link Traffic}.
 */
final class PullClient {

  /** Which way. */
  enum Way {
    /** Our source, default options, a typed handler. */
    SOURCE,
    /** Our source, a filter that wants another type. */
    FILTERED,
    /** Google's client as it comes, with a receiver that acknowledges. */
    SUBSCRIBER,
    /** The same with one thread for the receiver, as we use it. */
    SUBSCRIBER_ONE_THREAD
  }

  private final int port;
  private final Traffic traffic;
  private final String subscription;
  private final Measured measured;

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
    return switch (way) {
      case SOURCE ->
          client.source((event, delivery) -> client.measured.event(0), DeliveryOptions.DEFAULT);
      case FILTERED -> client.source((event, delivery) -> {}, client.filter());
      case SUBSCRIBER -> client.subscriber(builder -> builder);
      case SUBSCRIBER_ONE_THREAD ->
          client.subscriber(
              builder ->
                  builder.setExecutorProvider(
                      InstantiatingExecutorProvider.newBuilder()
                          .setExecutorThreadCount(1)
                          .build()));
    };
  }

  private DeliveryOptions filter() {
    EventFilter wanted = EventFilter.types(Foundries.FIRST_SEEN); // never sent
    return DeliveryOptions.builder()
        .filter(
            envelope -> {
              measured.event(0);
              return wanted.test(envelope);
            })
        .build();
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

  // The channel is the same as ours, and how Google says to reach an emulator.
  private String subscriber(UnaryOperator<Subscriber.Builder> change) throws InterruptedException {
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget("127.0.0.1:" + port).usePlaintext().build();
    try {
      Subscriber subscriber =
          change
              .apply(
                  Subscriber.newBuilder(
                          ProjectSubscriptionName.of(PullServer.PROJECT, subscription),
                          (MessageReceiver) this::acknowledge)
                      .setChannelProvider(
                          FixedTransportChannelProvider.create(
                              GrpcTransportChannel.create(channel)))
                      .setCredentialsProvider(NoCredentialsProvider.create()))
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
