package dev.infraevents.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/**
 * Tells when the headers of a call have been written to a connection. Until a server has something
 * to say it need not answer, so there is no other sign that a call is more than an intention.
 */
final class SentHeaders extends ClientStreamTracer.Factory {

  private final Runnable onSent;

  private SentHeaders(Runnable onSent) {
    this.onSent = onSent;
  }

  /**
   * Options of one call.
   *
   * @param onSent called with locks of gRPC held; must not block
   */
  static CallOptions tellTo(Runnable onSent) {
    return CallOptions.DEFAULT.withStreamTracerFactory(new SentHeaders(onSent));
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void outboundHeaders() {
        onSent.run();
      }
    };
  }
}
