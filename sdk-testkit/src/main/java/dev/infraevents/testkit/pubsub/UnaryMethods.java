package dev.infraevents.testkit.pubsub;

import com.google.protobuf.Message;
import dev.infraevents.testkit.internal.Changes;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/** Makes methods out of functions, and loses their answers on demand. */
final class UnaryMethods {

  /** What is answered to calls that have been carried out. */
  private record Loss(int times, Status status) {}

  private final Changes changes;

  // Guarded by this.
  private final Map<PubSubMethod, Loss> losses = new EnumMap<>(PubSubMethod.class);

  UnaryMethods(Changes changes) {
    this.changes = changes;
  }

  /** Carries out the next calls, but answers with a status. */
  synchronized void loseAnswers(PubSubMethod method, int times, Status status) {
    losses.put(method, new Loss(times, status));
  }

  synchronized void heal() {
    losses.clear();
  }

  private synchronized Status loss(PubSubMethod method) {
    Loss loss = losses.get(method);
    if (loss == null || loss.times == 0) {
      return Status.OK;
    }
    losses.put(method, new Loss(loss.times - 1, loss.status));
    return loss.status;
  }

  static <Q extends Message, A extends Message> MethodDescriptor<Q, A> descriptor(
      PubSubMethod method, MethodType type, Q request, A answer) {
    return MethodDescriptor.<Q, A>newBuilder()
        .setType(type)
        .setFullMethodName(method.fullName())
        .setRequestMarshaller(ProtoUtils.marshaller(request))
        .setResponseMarshaller(ProtoUtils.marshaller(answer))
        .build();
  }

  /**
   * A method of a service.
   *
   * @param request any request, to tell its type
   * @param answer any answer, to tell its type
   * @param body throws the status of what goes wrong
   */
  <Q extends Message, A extends Message> ServerMethodDefinition<Q, A> define(
      PubSubMethod method, Q request, A answer, Function<Q, A> body) {
    return ServerMethodDefinition.create(
        descriptor(method, MethodType.UNARY, request, answer),
        ServerCalls.asyncUnaryCall((sent, answers) -> call(method, sent, answers, body)));
  }

  private <Q, A> void call(
      PubSubMethod method, Q request, StreamObserver<A> answers, Function<Q, A> body) {
    try {
      A answer = body.apply(request);
      Status loss = loss(method);
      if (loss.isOk()) {
        answers.onNext(answer);
        answers.onCompleted();
      } else {
        answers.onError(loss.asRuntimeException());
      }
    } catch (StatusRuntimeException refusal) {
      answers.onError(refusal);
    }
    changes.announce();
  }
}
