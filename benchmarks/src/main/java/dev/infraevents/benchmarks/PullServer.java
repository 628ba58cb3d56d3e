package dev.infraevents.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.StreamingPullResponse.SubscriptionProperties;
import com.google.pubsub.v1.SubscriberGrpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A Pub/Sub server that streams a device fleet's events as fast as a client takes and acknowledges
 * them. Leases do not end, and nothing is delivered twice. The id of a subscription says how much:
 * {@code benchmark}, then the path of a {@link Traffic}, then anything.
 */
final class PullServer extends SubscriberGrpc.SubscriberImplBase implements AutoCloseable {

  static final String PROJECT = "benchmark";

  private static final String PREFIX = "benchmark";
  private static final int MESSAGES_PER_RESPONSE = 100;

  /** Most of what devices make Foundries.io send is that they were seen. */
  private static final int ONE_UPDATE_IN = 10;

  /** Pub/Sub's ids are about this long. */
  private static final String ACK_ID = "A".repeat(160);

  private static final Timestamp PUBLISHED =
      Timestamp.newBuilder().setSeconds(1_790_000_000).setNanos(123_000_000).build();

  private static final PubsubMessage LAST_SEEN =
      event(
          "DEVICE_LAST_SEEN",
          """
          {"Uuid":"58e6e47d-3d2c-415b-afa4-cdc5e0229355","Time":1790000000,"DeviceGroupId":42,\
          "Changes":{"name":"shop-17","network":{"local_ipv4":"10.0.0.7"}}}""");

  private static final PubsubMessage OTA_COMPLETED =
      event(
          "DEVICE_OTA_COMPLETED",
          """
          {"Uuid":"58e6e47d-3d2c-415b-afa4-cdc5e0229355","Time":1790000000,"DeviceGroupId":42,\
          "Target":"intel-corei7-64-lmp-290","Id":"290-5ab1a1f0-5b0d-4f0c-8c5a-3f6f1f5c8d11",\
          "Success":true}""");

  private static final SubscriptionProperties PROPERTIES =
      SubscriptionProperties.newBuilder().build();

  private final Map<String, Stream> streams = new ConcurrentHashMap<>();
  private final Server server;

  PullServer() throws IOException {
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
    try (var server = new PullServer()) {
      Processes.stay(server.port());
    }
  }

  int port() {
    return server.getPort();
  }

  /** The id of a subscription that nobody else uses. */
  static String subscription(Traffic traffic) {
    return PREFIX + traffic.path().replace('/', '-') + "-" + UUID.randomUUID();
  }

  private static PubsubMessage event(String type, String payload) {
    return PubsubMessage.newBuilder()
        .setData(ByteString.copyFromUtf8(payload))
        .putAttributes("event-type", type)
        .setPublishTime(PUBLISHED)
        .build();
  }

  @Override
  public StreamObserver<StreamingPullRequest> streamingPull(
      StreamObserver<StreamingPullResponse> responses) {
    var stream = new Stream((ServerCallStreamObserver<StreamingPullResponse>) responses);
    stream.responses.setOnReadyHandler(stream::push);
    return stream;
  }

  @Override
  public void acknowledge(AcknowledgeRequest request, StreamObserver<Empty> response) {
    response.onNext(Empty.getDefaultInstance());
    response.onCompleted();
    Stream stream = streams.get(request.getSubscription());
    if (stream != null) {
      stream.settled(request.getAckIdsCount());
    }
  }

  @Override
  public void modifyAckDeadline(ModifyAckDeadlineRequest request, StreamObserver<Empty> response) {
    response.onNext(Empty.getDefaultInstance());
    response.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Stream implements StreamObserver<StreamingPullRequest> {

    private final ServerCallStreamObserver<StreamingPullResponse> responses;

    // Guarded by this.
    private long room; // the bounds in bytes are never the tighter ones here
    private int left;
    private boolean pushing;

    Stream(ServerCallStreamObserver<StreamingPullResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(StreamingPullRequest request) {
      String name = request.getSubscription();
      if (name.isEmpty()) {
        answerPing();
      } else {
        start(name, request.getMaxOutstandingMessages());
        streams.put(name, this);
        push();
      }
    }

    private synchronized void start(String name, long bound) {
      String path = name.substring(name.lastIndexOf('/') + 1 + PREFIX.length());
      left = Traffic.parse(path).total();
      room = bound > 0 ? bound : Long.MAX_VALUE;
    }

    private synchronized void answerPing() {
      responses.onNext(
          StreamingPullResponse.newBuilder().setSubscriptionProperties(PROPERTIES).build());
    }

    private synchronized void settled(int messages) {
      room += messages;
      push();
    }

    // An acknowledgement is another call, so gRPC does not know that we are sending: it calls us in
    // the middle of a message when there is room for more.
    private synchronized void push() {
      if (pushing) {
        return;
      }
      pushing = true;
      while (left > 0 && room > 0 && responses.isReady()) {
        int count = (int) Math.min(room, Math.min(left, MESSAGES_PER_RESPONSE));
        responses.onNext(messages(count));
        left -= count;
        room -= count;
      }
      pushing = false;
    }

    private StreamingPullResponse messages(int count) {
      var response = StreamingPullResponse.newBuilder().setSubscriptionProperties(PROPERTIES);
      for (int i = 0; i < count; i++) {
        response.addReceivedMessages(message(left - i));
      }
      return response.build();
    }

    private static ReceivedMessage message(int number) {
      PubsubMessage event = number % ONE_UPDATE_IN == 0 ? OTA_COMPLETED : LAST_SEEN;
      return ReceivedMessage.newBuilder()
          .setAckId(ACK_ID + HexFormat.of().toHexDigits((long) number))
          .setMessage(event.toBuilder().setMessageId("1" + (1_000_000_000_000_000L + number)))
          .build();
    }

    @Override
    public synchronized void onError(Throwable error) {
      left = 0; // the client has seen enough
    }

    @Override
    public void onCompleted() {
      responses.onCompleted();
    }
  }
}
