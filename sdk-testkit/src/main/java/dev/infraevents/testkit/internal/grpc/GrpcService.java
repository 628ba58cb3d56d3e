package dev.infraevents.testkit.internal.grpc;

import io.grpc.BindableService;
import io.grpc.Status;

/** One of the gRPC services that make up a fake, and what all of them have to suffer. */
public interface GrpcService extends BindableService {

  /** Ends every open call. */
  void end(Status status);

  /** Sends no event until it is called again with false; not every service has events. */
  default void stall(boolean stalled) {}

  /** Ends whatever else is wrong on purpose. */
  void heal();
}
