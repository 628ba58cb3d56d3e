package dev.infraevents.testkit.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.PullResponse;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.Subscription;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.grpc.GrpcGate;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The calls of {@code google.pubsub.v1.Subscriber}. */
final class SubscriberService implements GrpcService {

  private final PubSubStore store;
  private final UnaryMethods methods;
  private final Changes changes;
  private final Set<StreamingPullCall> calls = ConcurrentHashMap.newKeySet();
  private final AtomicInteger streams = new AtomicInteger();
  private volatile boolean answersPings = true;

  SubscriberService(PubSubStore store, UnaryMethods methods, Changes changes) {
    this.store = store;
    this.methods = methods;
    this.changes = changes;
  }

  @Override
  public ServerServiceDefinition bindService() {
    Subscription subscription = Subscription.getDefaultInstance();
    Empty empty = Empty.getDefaultInstance();
    return ServerServiceDefinition.builder("google.pubsub.v1.Subscriber")
        .addMethod(
            UnaryMethods.descriptor(
                PubSubMethod.STREAMING_PULL,
                MethodType.BIDI_STREAMING,
                StreamingPullRequest.getDefaultInstance(),
                StreamingPullResponse.getDefaultInstance()),
            ServerCalls.asyncBidiStreamingCall(this::streamingPull))
        .addMethod(
            methods.define(
                PubSubMethod.PULL,
                PullRequest.getDefaultInstance(),
                PullResponse.getDefaultInstance(),
                this::pull))
        .addMethod(
            methods.define(
                PubSubMethod.ACKNOWLEDGE,
                AcknowledgeRequest.getDefaultInstance(),
                empty,
                this::acknowledge))
        .addMethod(
            methods.define(
                PubSubMethod.MODIFY_ACK_DEADLINE,
                ModifyAckDeadlineRequest.getDefaultInstance(),
                empty,
                this::modifyAckDeadline))
        .addMethod(
            methods.define(
                PubSubMethod.CREATE_SUBSCRIPTION,
                subscription,
                subscription,
                asked -> store.createSubscription(asked).config()))
        .addMethod(
            methods.define(
                PubSubMethod.GET_SUBSCRIPTION,
                GetSubscriptionRequest.getDefaultInstance(),
                subscription,
                request -> store.config(open(request.getSubscription()))))
        .addMethod(
            methods.define(
                PubSubMethod.DELETE_SUBSCRIPTION,
                DeleteSubscriptionRequest.getDefaultInstance(),
                empty,
                this::delete))
        .build();
  }

  private StreamObserver<StreamingPullRequest> streamingPull(
      StreamObserver<StreamingPullResponse> responses) {
    // What gRPC hands to a method of a service is always one of these.
    var answers = (ServerCallStreamObserver<StreamingPullResponse>) responses;
    var call = new StreamingPullCall(this, GrpcGate.CALL.get(), answers);
    calls.add(call);
    answers.setOnReadyHandler(call::ready);
    answers.setOnCancelHandler(call::gone);
    answers.setOnCloseHandler(() -> calls.remove(call));
    return call;
  }

  /** A subscription that calls can be about; what they are answered instead is thrown. */
  PubSubSubscription open(String name) {
    PubSubSubscription subscription = store.subscription(name);
    require(subscription.refusal());
    return subscription;
  }

  /** A subscription that can be pulled from. */
  PubSubSubscription pullable(String name) {
    PubSubSubscription subscription = open(name);
    require(subscription.pullRefusal());
    return subscription;
  }

  static void require(Status verdict) {
    if (!verdict.isOk()) {
      throw verdict.asRuntimeException();
    }
  }

  private PullResponse pull(PullRequest request) {
    PubSubSubscription subscription = pullable(request.getSubscription());
    if (request.getMaxMessages() <= 0) {
      throw Status.INVALID_ARGUMENT
          .withDescription("at least one message has to be asked for")
          .asRuntimeException();
    }
    return PullResponse.newBuilder()
        .addAllReceivedMessages(subscription.queue().pull(request.getMaxMessages()))
        .build();
  }

  private Empty acknowledge(AcknowledgeRequest request) {
    PubSubSubscription subscription = open(request.getSubscription());
    return settle(
        subscription,
        request.getSerializedSize(),
        request.getAckIdsList(),
        null,
        subscription.failingAcks());
  }

  private Empty modifyAckDeadline(ModifyAckDeadlineRequest request) {
    PubSubSubscription subscription = open(request.getSubscription());
    return settle(
        subscription,
        request.getSerializedSize(),
        request.getAckIdsList(),
        request.getAckDeadlineSeconds(),
        subscription.failingDeadlines());
  }

  private static Empty settle(
      PubSubSubscription subscription,
      int bytes,
      List<String> ackIds,
      @Nullable Integer seconds,
      AckIdFailures script) {
    MessageQueue queue = subscription.queue();
    require(StreamRules.settling(bytes, ackIds, seconds, queue::knows));
    Map<String, String> failures = queue.settle(ackIds, seconds, script);
    queue.dispatch();
    if (!failures.isEmpty()) {
      throw AckIdFailures.error(failures);
    }
    return Empty.getDefaultInstance();
  }

  private Empty delete(DeleteSubscriptionRequest request) {
    open(request.getSubscription());
    store.deleteSubscription(request.getSubscription());
    return Empty.getDefaultInstance();
  }

  int nextStream() {
    return streams.incrementAndGet();
  }

  boolean answersPings() {
    return answersPings;
  }

  void answerPings(boolean answered) {
    answersPings = answered;
  }

  void announce() {
    changes.announce();
  }

  void over(StreamingPullCall call) {
    calls.remove(call);
  }

  @Override
  public void end(Status status) {
    List.copyOf(calls).forEach(call -> call.end(status));
    changes.announce();
  }

  @Override
  public void stall(boolean stalled) {
    store.subscriptions().forEach(subscription -> subscription.queue().stall(stalled));
  }

  @Override
  public void heal() {
    store.subscriptions().forEach(PubSubSubscription::heal);
  }
}
