package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc.NotificationQueueImplBase;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.testkit.ReceivedCall;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.grpc.EarlyHeaders;
import dev.infraevents.testkit.internal.grpc.GrpcGate;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The service of the notification queues. */
final class PullService extends NotificationQueueImplBase implements GrpcService {

  private final boolean clientRequired;
  private final boolean callsAnnounced;
  private final Changes changes;
  private final Map<String, EngFlowQueue> queues = new ConcurrentHashMap<>();
  private final Set<PullCall> calls = ConcurrentHashMap.newKeySet();
  private final AtomicInteger readers = new AtomicInteger();

  PullService(boolean clientRequired, boolean callsAnnounced, Changes changes) {
    this.clientRequired = clientRequired;
    this.callsAnnounced = callsAnnounced;
    this.changes = changes;
  }

  void add(EngFlowQueue queue) {
    if (queues.putIfAbsent(queue.name(), queue) != null) {
      throw new IllegalArgumentException("there is a queue " + queue.name() + " already");
    }
  }

  Collection<EngFlowQueue> queues() {
    return queues.values();
  }

  @Nullable EngFlowQueue queue(String name) {
    return queues.get(name);
  }

  @Override
  public StreamObserver<PullNotificationRequest> pull(
      StreamObserver<PullNotificationResponse> responses) {
    var answers = (ServerCallStreamObserver<PullNotificationResponse>) responses;
    var call = new PullCall(GrpcGate.CALL.get(), GrpcGate.HEADERS.get(), answers);
    calls.add(call);
    answers.setOnReadyHandler(call::ready);
    answers.setOnCancelHandler(call::gone);
    answers.setOnCloseHandler(() -> calls.remove(call));
    return call;
  }

  @Override
  public void end(Status status) {
    List.copyOf(calls).forEach(call -> call.end(status));
    changes.announce();
  }

  @Override
  public void stall(boolean stalled) {
    queues.values().forEach(queue -> queue.dispatcher().stall(stalled));
  }

  @Override
  public void heal() {
    queues.values().forEach(queue -> queue.reorder(1, 0));
  }

  /** One call, before and after its first request. */
  private final class PullCall implements StreamObserver<PullNotificationRequest> {

    private final ReceivedCall received;
    private final EarlyHeaders<?, ?> headers;
    private final ServerCallStreamObserver<PullNotificationResponse> answers;

    // All below guarded by this, which is taken before a queue's lock.
    private @Nullable PullNotificationRequest first;
    private @Nullable EngFlowReader reader;
    private boolean over;

    PullCall(
        ReceivedCall received,
        EarlyHeaders<?, ?> headers,
        ServerCallStreamObserver<PullNotificationResponse> answers) {
      this.received = received;
      this.headers = headers;
      this.answers = answers;
    }

    @Override
    public void onNext(PullNotificationRequest request) {
      take(request);
      changes.announce();
    }

    private synchronized void take(PullNotificationRequest request) {
      if (first == null) {
        open(request);
      } else if (reader != null) {
        Status verdict = PullRules.later(request, first);
        if (verdict.isOk()) {
          reader.queue().dispatcher().requested(reader, request);
        } else {
          end(verdict);
        }
      }
    }

    private void open(PullNotificationRequest request) {
      first = request;
      Status verdict = PullRules.first(request, clientRequired);
      EngFlowQueue queue = queue(request.getQueue().getName());
      if (!verdict.isOk()) {
        end(verdict);
      } else if (queue == null) {
        end(Status.NOT_FOUND.withDescription("no such queue"));
      } else if (!over) {
        if (callsAnnounced) {
          headers.send();
        }
        reader =
            new EngFlowReader(
                readers.incrementAndGet(), received, queue, request, queue.dispatcher(), answers);
        queue.join(reader);
      }
    }

    @Override
    public void onError(Throwable cancelled) {
      // gone() is called as well.
    }

    @Override
    public void onCompleted() {
      halfClose();
      changes.announce();
    }

    private synchronized void halfClose() {
      if (first == null) {
        end(Status.INVALID_ARGUMENT.withDescription("the call ended before its first request"));
      } else if (reader != null) {
        reader.queue().dispatcher().halfClosed(reader);
      }
    }

    synchronized void ready() {
      if (reader != null) {
        reader.queue().dispatcher().ready(reader);
      }
    }

    void gone() {
      calls.remove(this);
      synchronized (this) {
        over = true;
        if (reader != null) {
          reader.queue().dispatcher().gone(reader);
        }
      }
      changes.announce();
    }

    synchronized void end(Status status) {
      if (reader != null) {
        reader.queue().dispatcher().end(reader, status);
      } else if (!over) {
        over = true;
        answers.onError(status.asRuntimeException());
      }
    }
  }
}
