package dev.infraevents.samples.engflow.demo;

import dev.infraevents.grpc.proto.forwarding.EngFlowRequest;
import dev.infraevents.grpc.proto.forwarding.EngFlowResponse;
import dev.infraevents.grpc.proto.forwarding.ForwardingGrpc;
import dev.infraevents.samples.cli.OneLine;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;

/** Prints each request on a line of its own, then answers: what is answered has been printed. */
final class PrintingService extends ForwardingGrpc.ForwardingImplBase {

  private final PrintStream out;
  private final CompletableFuture<Void> done;
  private long left; // guarded by this

  PrintingService(PrintStream out, long count, CompletableFuture<Void> done) {
    this.out = out;
    this.left = count;
    this.done = done;
  }

  @Override
  public void forwardStream(EngFlowRequest request, StreamObserver<EngFlowResponse> response) {
    if (!print(OneLine.printable(request.getId() + " " + request.getPayload()))) {
      // The sender keeps the event, and tries again.
      response.onError(
          Status.UNAVAILABLE.withDescription("the demo server is stopping").asException());
      return;
    }
    String message = "Processed request with id " + request.getId() + " in the server.";
    response.onNext(EngFlowResponse.newBuilder().setMessage(message).build());
    response.onCompleted();
    stopWhenEnough();
  }

  private synchronized boolean print(String line) {
    if (left == 0) {
      return false;
    }
    out.println(line);
    if (out.checkError()) {
      left = 0;
      done.complete(null);
      return false;
    }
    left--;
    return true;
  }

  private synchronized void stopWhenEnough() {
    if (left == 0) {
      done.complete(null);
    }
  }
}
