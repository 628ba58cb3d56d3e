package dev.infraevents.testkit.engflow;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.ReceivedRequest.Header;
import dev.infraevents.testkit.internal.Changes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.Principal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What every call has to pass: it is recorded, and perhaps refused. */
final class EngFlowGate implements ServerInterceptor {

  /** The call that a service is handed. */
  static final Context.Key<EngFlowCall> CALL = Context.key("fake-engflow-call");

  /** Sends the headers of that call. */
  static final Context.Key<EarlyHeaders<?, ?>> HEADERS = Context.key("fake-engflow-headers");

  private final EngFlowCredentials credentials;
  private final InstantSource clock;
  private final Changes changes;

  // All below guarded by this.
  private final List<EngFlowCall> calls = new ArrayList<>();
  private final Map<String, Status> refusedMethods = new HashMap<>();
  private int refusals;
  private Status refusal = Status.OK;

  EngFlowGate(EngFlowCredentials credentials, InstantSource clock, Changes changes) {
    this.credentials = credentials;
    this.clock = clock;
    this.changes = changes;
  }

  synchronized List<EngFlowCall> calls() {
    return List.copyOf(calls);
  }

  synchronized void refuse(MethodDescriptor<?, ?> method, Status status) {
    refusedMethods.put(method.getFullMethodName(), status);
  }

  synchronized void refuseNext(int times, Status status) {
    refusals = times;
    refusal = status;
  }

  synchronized void heal() {
    refusals = 0;
    refusedMethods.clear();
  }

  /** What gRPC makes of an answer that is HTTP only. */
  static Status statusOf(Fault.RefuseUpgrade fault) {
    Status status =
        switch (fault.status()) {
          case 400 -> Status.INTERNAL;
          case 401 -> Status.UNAUTHENTICATED;
          case 403 -> Status.PERMISSION_DENIED;
          case 404 -> Status.UNIMPLEMENTED;
          case 429, 502, 503, 504 -> Status.UNAVAILABLE;
          default -> Status.UNKNOWN;
        };
    return status.withDescription("HTTP status code " + fault.status() + ": " + fault.body());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    EngFlowCall received = record(method, headers, subject(call));
    changes.announce();
    Status status = refusal(received);
    if (!status.isOk()) {
      call.close(status, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    var early = new EarlyHeaders<>(call);
    Context context = Context.current().withValues(CALL, received, HEADERS, early);
    return Contexts.interceptCall(context, early, headers, next);
  }

  private synchronized EngFlowCall record(
      String method, Metadata headers, Optional<String> certificate) {
    var request = new ReceivedRequest("POST", "/" + method, fields(headers), "");
    var call = new EngFlowCall(calls.size() + 1, clock.instant(), request, certificate);
    calls.add(call);
    return call;
  }

  private synchronized Status refusal(EngFlowCall call) {
    if (refusals > 0) {
      refusals--;
      return refusal;
    }
    Status status = credentials.check(call);
    return status.isOk() ? refusedMethods.getOrDefault(call.method(), Status.OK) : status;
  }

  private static List<Header> fields(Metadata headers) {
    List<Header> fields = new ArrayList<>();
    for (String name : headers.keys()) {
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        var key = Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
        all(headers, key)
            .forEach(
                value -> fields.add(new Header(name, Base64.getEncoder().encodeToString(value))));
      } else {
        var key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
        all(headers, key).forEach(value -> fields.add(new Header(name, value)));
      }
    }
    return fields;
  }

  private static <T> Iterable<T> all(Metadata headers, Metadata.Key<T> key) {
    Iterable<T> values = headers.getAll(key);
    return values == null ? List.of() : values;
  }

  private static Optional<String> subject(ServerCall<?, ?> call) {
    @Nullable SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(session.getPeerPrincipal()).map(Principal::getName);
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
  }
}
