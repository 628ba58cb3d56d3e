package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.forwarding.EngFlowRequest;
import dev.infraevents.grpc.proto.forwarding.EngFlowResponse;
import dev.infraevents.grpc.proto.forwarding.ForwardingGrpc.ForwardingImplBase;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The service of EngFlow's public example to which events are forwarded. All methods are
 * thread-safe.
 */
public final class EngFlowForwarding {

  private record Waiting(
      EngFlowRequest request, ServerCallStreamObserver<EngFlowResponse> answer) {}

  private final Changes changes;
  private final Service service = new Service();

  // All below guarded by this.
  private final List<EngFlowRequest> requests = new ArrayList<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private Status status = Status.OK;
  private boolean paused;

  EngFlowForwarding(Changes changes) {
    this.changes = changes;
  }

  /**
   * What was forwarded.
   *
   * @return all requests so far in the order received, those that failed or wait included
   */
  public synchronized List<EngFlowRequest> requests() {
    return List.copyOf(requests);
  }

  /**
   * Waits until so many requests have come.
   *
   * @param count how many
   * @param timeout how long
   * @return all so far
   * @throws AssertionError if that does not happen in time
   */
  public List<EngFlowRequest> awaitRequests(int count, Duration timeout) {
    changes.await(() -> requests().size() >= count, timeout, () -> requests().size() + " requests");
    return requests();
  }

  /**
   * Sets what requests are answered with.
   *
   * @param status OK at first, and again when the server is healed
   */
  public synchronized void answerWith(Status status) {
    this.status = status;
  }

  /** Answers nothing until {@link #resume}, or until the server is healed. */
  public synchronized void pause() {
    paused = true;
  }

  /** Answers what waits, and at once from now on. */
  public void resume() {
    List<Waiting> released;
    synchronized (this) {
      paused = false;
      released = List.copyOf(waiting);
      waiting.clear();
    }
    released.forEach(this::answer);
  }

  GrpcService service() {
    return service;
  }

  private void answer(Waiting call) {
    Status answer;
    synchronized (this) {
      answer = status;
    }
    if (answer.isOk()) {
      String id = call.request.getId();
      call.answer.onNext(
          EngFlowResponse.newBuilder()
              .setMessage("Processed request with id " + id + " in the server.")
              .build());
      call.answer.onCompleted();
    } else {
      call.answer.onError(answer.asRuntimeException());
    }
  }

  private synchronized boolean waits(Waiting call) {
    requests.add(call.request);
    if (paused) {
      waiting.add(call);
    }
    return paused;
  }

  private final class Service extends ForwardingImplBase implements GrpcService {

    @Override
    public void forwardStream(EngFlowRequest request, StreamObserver<EngFlowResponse> answer) {
      var call = new Waiting(request, (ServerCallStreamObserver<EngFlowResponse>) answer);
      call.answer.setOnCancelHandler(() -> {}); // so that an answer to nobody is no error
      if (!waits(call)) {
        answer(call);
      }
      changes.announce();
    }

    @Override
    public void end(Status status) {
      List<Waiting> ended;
      synchronized (EngFlowForwarding.this) {
        ended = List.copyOf(waiting);
        waiting.clear();
      }
      Status error = status.isOk() ? Status.UNAVAILABLE : status; // OK needs an answer
      ended.forEach(call -> call.answer.onError(error.asRuntimeException()));
    }

    @Override
    public void heal() {
      answerWith(Status.OK);
      resume();
    }
  }
}
