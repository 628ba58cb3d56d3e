package dev.infraevents.grpc;

import dev.infraevents.grpc.proto.forwarding.EngFlowRequest;
import dev.infraevents.grpc.proto.forwarding.EngFlowResponse;
import dev.infraevents.grpc.proto.forwarding.ForwardingGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code ForwardStream}, which is unary despite its name. gRPC calls the listener's
 * methods on the thread that reads the socket; another thread waits.
 */
final class ForwardCall extends ClientCall.Listener<EngFlowResponse> {

  /**
   * How a call ended.
   *
   * @param status OK only if there is an answer
   * @param trailers what came with the status
   */
  record End(Status status, Metadata trailers) {}

  private final ClientCall<EngFlowRequest, EngFlowResponse> call;
  private final CompletableFuture<@Nullable End> end = new CompletableFuture<>();
  private boolean answered; // by the thread that reads

  private ForwardCall(ClientCall<EngFlowRequest, EngFlowResponse> call) {
    this.call = call;
  }

  static ForwardCall start(ManagedChannel channel, Metadata headers, EngFlowRequest request) {
    var started =
        new ForwardCall(
            channel.newCall(ForwardingGrpc.getForwardStreamMethod(), CallOptions.DEFAULT));
    started.call.start(started, headers);
    started.call.request(2); // the second finds out that there is no second
    started.call.sendMessage(request);
    started.call.halfClose();
    return started;
  }

  @Override
  public void onMessage(EngFlowResponse response) {
    answered = true;
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    boolean silent = status.isOk() && !answered;
    end.complete(new End(silent ? Status.INTERNAL.withDescription("no answer") : status, trailers));
  }

  /** Ends the wait. Does not block. */
  void expire() {
    end.complete(null);
  }

  /**
   * Waits, and leaves nothing under way.
   *
   * @return how it ended, or null if it expired
   */
  @Nullable End await() throws InterruptedException {
    try {
      End ended = end.get();
      if (ended == null) {
        call.cancel("not answered in time", null);
      }
      return ended;
    } catch (InterruptedException e) {
      call.cancel("interrupted", e);
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException("it never completes with an error", e);
    }
  }
}
