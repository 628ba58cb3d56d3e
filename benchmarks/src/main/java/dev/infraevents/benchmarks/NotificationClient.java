package dev.infraevents.benchmarks;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.infraevents.grpc.EngFlowEventSource;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.QueueId;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One way to consume and acknowledge the notifications of a {@link NotificationServer}, in a
 * process of its own: its arguments are a port, the {@link Way}, and the path of a {@link Traffic}.
 */
final class NotificationClient {

  /** Which way. */
  enum Way {
    /** Our source, default options, a typed handler. */
    SOURCE,
    /** The generated stub: asks for a hundred at a time, acknowledges each. */
    STUB,
    /** The generated stub: asks for a hundred at a time, acknowledges as many at once. */
    STUB_BATCHED
  }

  private static final int BATCH = 100;

  private final int port;
  private final Traffic traffic;
  private final Measured measured;

  private NotificationClient(int port, Traffic traffic) {
    this.port = port;
    this.traffic = traffic;
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
    var client = new NotificationClient(port, traffic);
    return switch (way) {
      case SOURCE -> client.source();
      case STUB -> client.stub(1);
      case STUB_BATCHED -> client.stub(BATCH);
    };
  }

  private String source() throws InterruptedException {
    try (var source =
            EngFlowEventSource.builder()
                .endpoint("grpc://127.0.0.1:" + port)
                .queue(NotificationServer.queue(traffic))
                .build();
        var subscription = source.subscribe((event, delivery) -> measured.event(0))) {
      String result = measured.result();
      if (subscription.stats().delivered() < traffic.total() - 1) { // all but the last
        throw new IllegalStateException("not all were acknowledged: " + subscription.stats());
      }
      return result;
    }
  }

  // Hand-written: one notification after the other on the thread that reads, no reconnecting, no
  // bounds, nothing suppressed that comes twice, receipts not looked at.
  private String stub(int acknowledgements) throws InterruptedException {
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().directExecutor().build();
    try {
      NotificationQueueGrpc.newStub(channel)
          .pull(new Puller(acknowledgements, event -> measured.event(0)))
          .onNext(
              PullNotificationRequest.newBuilder()
                  .setQueue(QueueId.newBuilder().setName(NotificationServer.queue(traffic)))
                  .setClient("benchmark/" + UUID.randomUUID())
                  .build());
      return measured.result();
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static final class Puller
      implements ClientResponseObserver<PullNotificationRequest, PullNotificationResponse> {

    private final int acknowledgements;
    private final Consumer<BuildLifecycleEventNotification> handler;
    private final PullNotificationRequest.Builder tokens = PullNotificationRequest.newBuilder();
    private int requested;

    @SuppressWarnings("NullAway.Init") // beforeStart comes first
    private ClientCallStreamObserver<PullNotificationRequest> call;

    Puller(int acknowledgements, Consumer<BuildLifecycleEventNotification> handler) {
      this.acknowledgements = acknowledgements;
      this.handler = handler;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PullNotificationRequest> call) {
      this.call = call;
      requested = BATCH;
      call.disableAutoRequestWithInitial(BATCH);
    }

    @Override
    public void onNext(PullNotificationResponse response) {
      if (response.hasNotification()) {
        handle(response.getNotification().getNotification().getPayload());
        acknowledge(response.getNotification().getToken());
      }
      if (--requested == 0) {
        requested = BATCH;
        call.request(BATCH);
      }
    }

    private void handle(Any payload) {
      try {
        handler.accept(BuildLifecycleEventNotification.parseFrom(payload.getValue()));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    private void acknowledge(String token) {
      tokens.addAcknowledgementTokens(token);
      if (tokens.getAcknowledgementTokensCount() == acknowledgements) {
        call.onNext(tokens.build());
        tokens.clear();
      }
    }

    @Override
    public void onError(Throwable error) {
      // closed by us, or the result does not come
    }

    @Override
    public void onCompleted() {
      // as above
    }
  }
}
