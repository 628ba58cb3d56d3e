package dev.infraevents.testkit.engflow;

import dev.infraevents.grpc.proto.eventstore.EventStoreGrpc;
import dev.infraevents.grpc.proto.eventstore.GetBuildRequest;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** The calls of {@code engflow.eventstore.v1.EventStore}. */
final class StoreService extends EventStoreGrpc.EventStoreImplBase {

  private static final Context.Key<Metadata> HEADERS = Context.key("headers");

  private final EngFlowStore store;

  private StoreService(EngFlowStore store) {
    this.store = store;
  }

  static ServerServiceDefinition of(EngFlowStore store) {
    return ServerInterceptors.intercept(new StoreService(store), new HeaderKeeper());
  }

  @Override
  public void getInvocation(
      GetInvocationRequest request, StreamObserver<StreamedBuildEvent> responses) {
    begin(StoreRead.of(request, HEADERS.get(), store, call(responses)), responses);
  }

  @Override
  public void getBuild(GetBuildRequest request, StreamObserver<StreamedBuildEvent> responses) {
    begin(StoreRead.of(request, HEADERS.get(), store, call(responses)), responses);
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

  private static final class HeaderKeeper implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      Context context = Context.current().withValue(HEADERS, headers);
      return Contexts.interceptCall(context, call, headers, next);
    }
  }
}
