package dev.infraevents.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Google's stubs on a channel of their own, and perhaps a stream on it. */
final class Puller implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(10);

  final ManagedChannel channel;
  private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
  private final Deque<ReceivedMessage> messages = new ArrayDeque<>();
  private ClientCallStreamObserver<StreamingPullRequest> requests;

  private Puller(ManagedChannel channel) {
    this.channel = channel;
  }

  /** A channel only. */
  static Puller of(FakePubSub pubsub) {
    return of(pubsub, InsecureChannelCredentials.create());
  }

  static Puller of(FakePubSub pubsub, ChannelCredentials credentials) {
    return new Puller(
        OkHttpChannelBuilder.forTarget(pubsub.endpoint(), credentials)
            .maxInboundMessageSize(20 << 20)
            .disableRetry() // or a call that was cut before its first response begins anew, unseen
            .build());
  }

  /** A stream of a subscription, which the server knows already. */
  static Puller stream(FakePubSub pubsub, PubSubSubscription subscription) {
    return stream(pubsub, first(subscription).build());
  }

  static Puller stream(FakePubSub pubsub, StreamingPullRequest first) {
    int before = pubsub.streams().size();
    Puller puller = of(pubsub).call().send(first);
    pubsub.await(server -> server.streams().size() > before, SOON);
    return puller;
  }

  static StreamingPullRequest.Builder first(PubSubSubscription subscription) {
    return StreamingPullRequest.newBuilder()
        .setSubscription(subscription.name())
        .setStreamAckDeadlineSeconds(10)
        .setClientId("c1")
        .setMaxOutstandingMessages(1000)
        .setMaxOutstandingBytes(100 << 20)
        .setProtocolVersion(1);
  }

  /** Begins a call of StreamingPull that has no request yet. */
  Puller call() {
    SubscriberGrpc.newStub(channel).streamingPull(new Responses());
    return this;
  }

  Puller send(StreamingPullRequest request) {
    requests.onNext(request);
    return this;
  }

  Puller ping() {
    return send(StreamingPullRequest.getDefaultInstance());
  }

  void halfClose() {
    requests.onCompleted();
  }

  SubscriberGrpc.SubscriberBlockingStub subscriber() {
    return SubscriberGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  PublisherGrpc.PublisherBlockingStub publisher() {
    return PublisherGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  void ack(PubSubSubscription subscription, String... ackIds) {
    subscriber()
        .acknowledge(
            AcknowledgeRequest.newBuilder()
                .setSubscription(subscription.name())
                .addAllAckIds(List.of(ackIds))
                .build());
  }

  void nack(PubSubSubscription subscription, String... ackIds) {
    modify(subscription, 0, ackIds);
  }

  void modify(PubSubSubscription subscription, int seconds, String... ackIds) {
    subscriber()
        .modifyAckDeadline(
            ModifyAckDeadlineRequest.newBuilder()
                .setSubscription(subscription.name())
                .setAckDeadlineSeconds(seconds)
                .addAllAckIds(List.of(ackIds))
                .build());
  }

  private Object next() {
    try {
      Object next = received.poll(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(next).as("something from the server").isNotNull();
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The next response, whatever it has. */
  StreamingPullResponse response() {
    Object next = next();
    assertThat(next).isInstanceOf(StreamingPullResponse.class);
    return (StreamingPullResponse) next;
  }

  /** The next message. */
  ReceivedMessage message() {
    while (messages.isEmpty()) {
      messages.addAll(response().getReceivedMessagesList());
    }
    return messages.remove();
  }

  List<ReceivedMessage> messages(int count) {
    return IntStream.range(0, count).mapToObj(i -> message()).toList();
  }

  List<String> texts(int count) {
    return messages(count).stream().map(Puller::text).toList();
  }

  static String text(ReceivedMessage message) {
    return message.getMessage().getData().toStringUtf8();
  }

  /** The status with which the stream ends, whatever comes before it. */
  Status end() {
    Object next = next();
    while (!(next instanceof Status)) {
      next = next();
    }
    return (Status) next;
  }

  /** Asserts that nothing is on its way: what a ping is answered with is the next to come. */
  void hasNothing() {
    assertThat(messages).isEmpty();
    ping();
    assertThat(response().getReceivedMessagesList()).isEmpty();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private final class Responses
      implements ClientResponseObserver<StreamingPullRequest, StreamingPullResponse> {

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamingPullRequest> stream) {
      requests = stream;
    }

    @Override
    public void onNext(StreamingPullResponse response) {
      received.add(response);
    }

    @Override
    public void onError(Throwable failure) {
      received.add(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      received.add(Status.OK);
    }
  }
}
