package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.eventstore.EventStoreGrpc;
import dev.infraevents.grpc.proto.eventstore.GetBuildRequest;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.testkit.internal.grpc.GrpcGate;
import dev.infraevents.testkit.internal.grpc.GrpcService;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** The calls of {@code engflow.eventstore.v1.EventStore}. */
final class StoreService extends EventStoreGrpc.EventStoreImplBase implements GrpcService {

  private final EngFlowStore store;

  StoreService(EngFlowStore store) {
    this.store = store;
  }

  @Override
  public void getInvocation(
      GetInvocationRequest request, StreamObserver<StreamedBuildEvent> responses) {
    begin(StoreRead.of(request, GrpcGate.CALL.get(), store, call(responses)), responses);
  }

  @Override
  public void getBuild(GetBuildRequest request, StreamObserver<StreamedBuildEvent> responses) {
    begin(StoreRead.of(request, GrpcGate.CALL.get(), store, call(responses)), responses);
  }

  private void begin(StoreRead read, StreamObserver<StreamedBuildEvent> responses) {
    call(responses).setOnReadyHandler(read::pump);
    call(responses).setOnCancelHandler(read::cancelled);
    store.begin(read);
  }

  // What gRPC hands to a method of a service is always one of these.
  private static ServerCallStreamObserver<StreamedBuildEvent> call(
      StreamObserver<StreamedBuildEvent> responses) {
    return (ServerCallStreamObserver<StreamedBuildEvent>) responses;
  }

  @Override
  public void end(Status status) {
    store.reads().forEach(read -> read.end(status));
  }

  @Override
  public void stall(boolean stalled) {
    store.stall(stalled);
  }

  @Override
  public void heal() {}
}
