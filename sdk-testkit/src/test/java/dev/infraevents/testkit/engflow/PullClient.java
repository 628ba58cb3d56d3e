package dev.infraevents.testkit.engflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.infraevents.grpc.proto.notification.NotificationDeliveryOptions;
import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgeableNotification;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgementReceipt;
import dev.infraevents.grpc.proto.notification.QueueId;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Pull call on a channel of its own, one message after the other. */
final class PullClient implements AutoCloseable {

  static final java.time.Duration SOON = java.time.Duration.ofSeconds(10);

  private final ManagedChannel channel;
  private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
  private ClientCallStreamObserver<PullNotificationRequest> requests;

  private final boolean readsByHand;

  private PullClient(ManagedChannel channel, Metadata headers, boolean readsByHand) {
    this.channel = channel;
    this.readsByHand = readsByHand;
    NotificationQueueGrpc.newStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .pull(new Responses());
  }

  /** A call whose first request has not been sent. */
  static PullClient call(FakeEngFlow engflow) {
    return call(engflow, InsecureChannelCredentials.create(), new Metadata());
  }

  static PullClient call(FakeEngFlow engflow, ChannelCredentials credentials, Metadata headers) {
    return new PullClient(channel(engflow, credentials), headers, false);
  }

  /** A call that takes no message unless {@link #request} asks for it. */
  static PullClient byHand(FakeEngFlow engflow) {
    var channel = channel(engflow, InsecureChannelCredentials.create());
    return new PullClient(channel, new Metadata(), true);
  }

  static PullClient call(FakeEngFlow engflow, ChannelCredentials credentials) {
    return call(engflow, credentials, new Metadata());
  }

  static ManagedChannel channel(FakeEngFlow engflow, ChannelCredentials credentials) {
    URI url = URI.create(engflow.url());
    return Grpc.newChannelBuilderForAddress(url.getHost(), url.getPort(), credentials)
        .maxInboundMessageSize(20 << 20)
        .disableRetry() // or a call that was cut before its first response begins anew, unseen
        .build();
  }

  /** A reader of the queue that every server has. */
  static PullClient reader(FakeEngFlow engflow) {
    return call(engflow).begin(engflow, first());
  }

  /** Sends the first request, and waits until it is accepted. */
  PullClient begin(FakeEngFlow engflow, PullNotificationRequest.Builder first) {
    int before = engflow.readers().size();
    send(first);
    engflow.await(server -> server.readers().size() > before, SOON);
    return this;
  }

  static PullNotificationRequest.Builder first() {
    return PullNotificationRequest.newBuilder()
        .setQueue(QueueId.newBuilder().setName(FakeEngFlow.LIFECYCLE_EVENTS));
  }

  static NotificationDeliveryOptions deadline(long seconds) {
    return deadline(seconds, 0);
  }

  static NotificationDeliveryOptions deadline(long seconds, int nanos) {
    return NotificationDeliveryOptions.newBuilder()
        .setAcknowledgementDeadline(Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
        .build();
  }

  void send(PullNotificationRequest.Builder request) {
    requests.onNext(request.build());
  }

  void ack(String... tokens) {
    send(PullNotificationRequest.newBuilder().addAllAcknowledgementTokens(Arrays.asList(tokens)));
  }

  void request(int messages) {
    requests.request(messages);
  }

  void halfClose() {
    requests.onCompleted();
  }

  /** The next message; the end of the call is none. */
  PullNotificationResponse next() {
    Object next = take();
    assertThat(next).isInstanceOf(PullNotificationResponse.class);
    return (PullNotificationResponse) next;
  }

  AcknowledgeableNotification notification() {
    PullNotificationResponse next = next();
    assertThat(next.hasNotification()).as("%s", next).isTrue();
    return next.getNotification();
  }

  AcknowledgementReceipt receipt() {
    PullNotificationResponse next = next();
    assertThat(next.hasNotification()).as("%s", next).isFalse();
    assertThat(next.getAcknowledgementReceiptCount()).isEqualTo(1);
    return next.getAcknowledgementReceipt(0);
  }

  /** The ids of the next notifications. */
  List<String> ids(int count) {
    return Stream.generate(() -> notification().getNotification().getId()).limit(count).toList();
  }

  /** Waits for notifications and acknowledges them, one by one. */
  void acknowledge(int count) {
    for (int i = 0; i < count; i++) {
      ack(notification().getToken());
      assertThat(receipt().getStatus().getCode()).isZero();
    }
  }

  /** How the call ended; nothing may come before that. */
  Status end() {
    Object next = take();
    assertThat(next).isInstanceOf(Status.class);
    return (Status) next;
  }

  boolean hasReceivedNothing() {
    return received.isEmpty();
  }

  private Object take() {
    try {
      Object next = received.poll(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(next).as("something received").isNotNull();
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      assertThat(channel.awaitTermination(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private final class Responses
      implements ClientResponseObserver<PullNotificationRequest, PullNotificationResponse> {

    @Override
    public void beforeStart(ClientCallStreamObserver<PullNotificationRequest> stream) {
      requests = stream;
      if (readsByHand) {
        stream.disableAutoRequestWithInitial(0);
      }
    }

    @Override
    public void onNext(PullNotificationResponse response) {
      received.add(response);
    }

    @Override
    public void onError(Throwable error) {
      received.add(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      received.add(Status.OK);
    }
  }
}
