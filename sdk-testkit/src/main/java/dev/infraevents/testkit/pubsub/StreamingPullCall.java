package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.StreamingPullResponse.AcknowledgeConfirmation;
import com.google.pubsub.v1.StreamingPullResponse.ModifyAckDeadlineConfirmation;
import dev.infraevents.testkit.ReceivedCall;
import dev.infraevents.testkit.internal.grpc.AnswerQueue;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call of StreamingPull, before and after its first request. */
final class StreamingPullCall implements StreamObserver<StreamingPullRequest> {

  private final SubscriberService service;
  private final ReceivedCall received;
  private final AnswerQueue<StreamingPullResponse> answers;

  // Guarded by this, which is held with no other lock and while nothing is sent.
  private @Nullable PubSubStream stream;
  private boolean over;

  StreamingPullCall(
      SubscriberService service,
      ReceivedCall received,
      ServerCallStreamObserver<StreamingPullResponse> answers) {
    this.service = service;
    this.received = received;
    this.answers = new AnswerQueue<>(answers);
  }

  private synchronized @Nullable PubSubStream stream() {
    return stream;
  }

  private synchronized boolean isOver() {
    return over;
  }

  @Override
  public void onNext(StreamingPullRequest request) {
    PubSubStream opened = stream();
    try {
      if (isOver()) {
        return;
      } else if (opened == null) {
        open(request);
      } else if (opened.isOpen()) {
        SubscriberService.require(StreamRules.later(request));
        settle(opened, request);
        if (opened.requested(request) && service.answersPings()) {
          opened.send(StreamingPullResponse.newBuilder());
        }
      }
    } catch (StatusRuntimeException refusal) {
      end(refusal.getStatus());
    }
    service.announce();
  }

  private void open(StreamingPullRequest request) {
    SubscriberService.require(StreamRules.first(request));
    PubSubSubscription subscription = service.pullable(request.getSubscription());
    var opened = new PubSubStream(service.nextStream(), received, subscription, request, answers);
    synchronized (this) {
      if (over) {
        return;
      }
      stream = opened;
    }
    settle(opened, request);
    subscription.join(opened);
  }

  private void settle(PubSubStream opened, StreamingPullRequest request) {
    if (request.getAckIdsCount() == 0 && request.getModifyDeadlineAckIdsCount() == 0) {
      SubscriberService.require(StreamRules.settling(request, ackId -> true));
      return;
    }
    PubSubSubscription subscription = opened.subscription();
    MessageQueue queue = subscription.queue();
    SubscriberService.require(StreamRules.settling(request, queue::knows));
    Map<String, String> acks =
        queue.settle(request.getAckIdsList(), null, subscription.failingAcks());
    Map<String, String> deadlines = new HashMap<>();
    for (int i = 0; i < request.getModifyDeadlineAckIdsCount(); i++) {
      deadlines.putAll(
          queue.settle(
              List.of(request.getModifyDeadlineAckIds(i)),
              request.getModifyDeadlineSeconds(i),
              subscription.failingDeadlines()));
    }
    queue.dispatch();
    if (queue.isExactlyOnce()) {
      opened.send(confirmation(request, acks, deadlines));
    }
  }

  private static StreamingPullResponse.Builder confirmation(
      StreamingPullRequest request, Map<String, String> acks, Map<String, String> deadlines) {
    var confirmed = AcknowledgeConfirmation.newBuilder();
    for (String ackId : request.getAckIdsList()) {
      String failure = acks.get(ackId);
      if (failure == null) {
        confirmed.addAckIds(ackId);
      } else if (failure.equals(AckIdFailures.UNORDERED)) {
        confirmed.addUnorderedAckIds(ackId);
      } else if (AckIdFailures.isTransient(failure)) {
        confirmed.addTemporaryFailedAckIds(ackId);
      } else {
        confirmed.addInvalidAckIds(ackId);
      }
    }
    var modified = ModifyAckDeadlineConfirmation.newBuilder();
    for (String ackId : request.getModifyDeadlineAckIdsList()) {
      String failure = deadlines.get(ackId);
      if (failure == null) {
        modified.addAckIds(ackId);
      } else if (AckIdFailures.isTransient(failure)) {
        modified.addTemporaryFailedAckIds(ackId);
      } else {
        modified.addInvalidAckIds(ackId);
      }
    }
    return StreamingPullResponse.newBuilder()
        .setAcknowledgeConfirmation(confirmed)
        .setModifyAckDeadlineConfirmation(modified);
  }

  @Override
  public void onError(Throwable cancelled) {
    // gone() is called as well.
  }

  /** The client says nothing more: the server has no reason to go on either. */
  @Override
  public void onCompleted() {
    end(
        stream() == null
            ? Status.INVALID_ARGUMENT.withDescription("the call ended before its first request")
            : Status.OK);
    service.announce();
  }

  void ready() {
    PubSubStream opened = stream();
    if (opened != null) {
      opened.subscription().queue().dispatch();
    }
  }

  void gone() {
    service.over(this);
    PubSubStream opened = stopped();
    if (opened != null) {
      opened.gone(Status.CANCELLED);
    }
    service.announce();
  }

  void end(Status status) {
    PubSubStream opened = stopped();
    if (opened != null) {
      opened.end(status);
    } else {
      answers.end(status);
    }
  }

  private synchronized @Nullable PubSubStream stopped() {
    over = true;
    return stream;
  }
}
