package dev.infraevents.testkit.internal.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/** A call whose headers can be sent before there is a message to go with them. */
public final class EarlyHeaders<Q, A> extends SimpleForwardingServerCall<Q, A> {

  private boolean sent; // by one thread at a time, as a call wants it

  EarlyHeaders(ServerCall<Q, A> call) {
    super(call);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    if (!sent) {
      sent = true;
      super.sendHeaders(headers);
    }
  }

  public void send() {
    sendHeaders(new Metadata());
  }
}
