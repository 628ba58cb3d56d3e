package dev.infraevents.benchmarks;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification.InvocationFinished;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgeableNotification;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgementReceipt;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;

/**
 * A notification queue of EngFlow's that sends as fast as a client takes, and a receipt for every
 * token it is sent. The queue's name says how much: {@code benchmark}, then the path of a {@link
 * Traffic}.
 */
final class NotificationServer extends NotificationQueueGrpc.NotificationQueueImplBase
    implements AutoCloseable {

  private static final String QUEUE = "benchmark";
  private static final long IDS = 0x0000_0000_0000_4000L;
  private static final long TOKENS = 0x1111_1111_1111_4111L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final Timestamp CREATED = Timestamp.newBuilder().setSeconds(1_790_000_000).build();

  /** As large as the one that EngFlow has published. */
  private static final Any PAYLOAD =
      Any.pack(
          BuildLifecycleEventNotification.newBuilder()
              .setInstanceName("default")
              .setBuildId(new UUID(1, VARIANT).toString())
              .addAllKeywords(
                  List.of(
                      "command_name=test",
                      "protocol_name=BEP",
                      "user_keyword=engflow:CiCdPipelineName=nightly",
                      "user_keyword=engflow:CiCdJobName=integration-tests-linux",
                      "user_keyword=engflow:Requester=release-bot",
                      "user_keyword=engflow:StreamSource=BES",
                      "user_keyword=engflow:StreamType=ClientBEPStream"))
              .setInvocationFinished(
                  InvocationFinished.newBuilder().setInvocationId(new UUID(2, VARIANT).toString()))
              .build());

  private final Server server;

  NotificationServer() throws IOException {
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        OkHttpServerBuilder.forPort(anyPort, InsecureServerCredentials.create())
            .directExecutor()
            .addService(this)
            .build()
            .start();
  }

  /**
   * Runs a server.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    try (var server = new NotificationServer()) {
      Processes.stay(server.port());
    }
  }

  int port() {
    return server.getPort();
  }

  static String queue(Traffic traffic) {
    return QUEUE + traffic.path();
  }

  @Override
  public StreamObserver<PullNotificationRequest> pull(
      StreamObserver<PullNotificationResponse> responses) {
    var reader = new Reader((ServerCallStreamObserver<PullNotificationResponse>) responses);
    reader.responses.setOnReadyHandler(reader::push);
    return reader;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static final class Reader implements StreamObserver<PullNotificationRequest> {
    private final ServerCallStreamObserver<PullNotificationResponse> responses;
    private int left;

    Reader(ServerCallStreamObserver<PullNotificationResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(PullNotificationRequest request) {
      if (request.hasQueue()) {
        left = Traffic.parse(request.getQueue().getName().substring(QUEUE.length())).total();
      }
      if (request.getAcknowledgementTokensCount() > 0) {
        var receipts = PullNotificationResponse.newBuilder();
        for (String token : request.getAcknowledgementTokensList()) {
          receipts.addAcknowledgementReceipt(AcknowledgementReceipt.newBuilder().setToken(token));
        }
        responses.onNext(receipts.build());
      }
      push();
    }

    void push() {
      for (; left > 0 && responses.isReady(); left--) {
        responses.onNext(notification(left));
      }
    }

    private static PullNotificationResponse notification(int number) {
      return PullNotificationResponse.newBuilder()
          .setNotification(
              AcknowledgeableNotification.newBuilder()
                  .setToken(new UUID(TOKENS, VARIANT | number).toString())
                  .setNotification(
                      Notification.newBuilder()
                          .setId(new UUID(IDS, VARIANT | number).toString())
                          .setTimestamp(CREATED)
                          .setPayload(PAYLOAD)))
          .build();
    }

    @Override
    public void onError(Throwable error) {
      left = 0; // the client has seen enough
    }

    @Override
    public void onCompleted() {
      responses.onCompleted();
    }
  }
}
