package dev.infraevents.testkit.internal.grpc;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedCall;
import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.ReceivedRequest.Header;
import dev.infraevents.testkit.internal.Changes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
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
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What every call has to pass: it is recorded, and perhaps refused. */
public final class GrpcGate implements ServerInterceptor {

  /** The call that a service is handed. */
  public static final Context.Key<ReceivedCall> CALL = Context.key("fake-call");

  /** Sends the headers of that call. */
  public static final Context.Key<EarlyHeaders<?, ?>> HEADERS = Context.key("fake-headers");

  private final Function<ReceivedCall, Status> credentials;
  private final InstantSource clock;
  private final Changes changes;

  // All below guarded by this.
  private final List<ReceivedCall> calls = new ArrayList<>();
  private final Map<String, Refusal> refusedMethods = new HashMap<>();
  private @Nullable Refusal refusal;

  /** What is answered instead, and how often still. */
  private record Refusal(int times, Status status) {}

  /**
   * Lets in what is not refused.
   *
   * @param credentials says what is wrong with those of a call, or OK
   */
  public GrpcGate(
      Function<ReceivedCall, Status> credentials, InstantSource clock, Changes changes) {
    this.credentials = credentials;
    this.clock = clock;
    this.changes = changes;
  }

  public synchronized List<ReceivedCall> calls() {
    return List.copyOf(calls);
  }

  /** Refuses a method, given by its full name, from now on. */
  public synchronized void refuse(String method, Status status) {
    refuseNext(method, Integer.MAX_VALUE, status);
  }

  /** Refuses the next calls of a method that would be let in otherwise. */
  public synchronized void refuseNext(String method, int times, Status status) {
    refusedMethods.put(method, new Refusal(times, status));
  }

  /** Refuses the next calls, whatever they show. */
  public synchronized void refuseNext(int times, Status status) {
    refusal = new Refusal(times, status);
  }

  /** Refuses nothing any more but for its credentials. */
  public synchronized void heal() {
    refusal = null;
    refusedMethods.clear();
  }

  /** What gRPC makes of an answer that is HTTP only. */
  public static Status statusOf(Fault.RefuseUpgrade fault) {
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
    ReceivedCall received = record(method, headers, subject(call));
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

  private synchronized ReceivedCall record(
      String method, Metadata headers, Optional<String> certificate) {
    var request = new ReceivedRequest("POST", "/" + method, fields(headers), "");
    var call = new ReceivedCall(calls.size() + 1, clock.instant(), request, certificate);
    calls.add(call);
    return call;
  }

  private synchronized Status refusal(ReceivedCall call) {
    if (refusal != null) {
      Status status = refusal.status;
      refusal = oneLess(refusal);
      return status;
    }
    Status status = credentials.apply(call);
    Refusal ofMethod = refusedMethods.get(call.method());
    if (!status.isOk() || ofMethod == null) {
      return status;
    }
    refusedMethods.computeIfPresent(call.method(), (method, left) -> oneLess(left));
    return ofMethod.status;
  }

  private static @Nullable Refusal oneLess(Refusal refusal) {
    return refusal.times == 1 ? null : new Refusal(refusal.times - 1, refusal.status);
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
