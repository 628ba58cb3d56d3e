package dev.infraevents.grpc;

import dev.infraevents.grpc.proto.eventstore.EventStoreGrpc;
import dev.infraevents.grpc.proto.eventstore.GetBuildRequest;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.grpc.proto.eventstore.ReplayModeOptions;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is read: the same for every call of one read, but for the position.
 *
 * @param ofBuild whether it is a build; else an invocation
 * @param id of the build or of the invocation
 * @param instanceName empty for none
 * @param mode how far to read
 */
record ReadRequest(boolean ofBuild, String id, String instanceName, ReplayMode mode) {

  private static final MethodDescriptor<GetInvocationRequest, Received<StreamedBuildEvent>>
      GET_INVOCATION =
          Received.by(EventStoreGrpc.getGetInvocationMethod(), StreamedBuildEvent.parser());

  private static final MethodDescriptor<GetBuildRequest, Received<StreamedBuildEvent>> GET_BUILD =
      Received.by(EventStoreGrpc.getGetBuildMethod(), StreamedBuildEvent.parser());

  private static final String UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
  private static final Pattern INVOCATION_ID = Pattern.compile(UUID);
  private static final Pattern BUILD_ID =
      Pattern.compile("(?:[A-Za-z0-9]++(?:-[A-Za-z0-9]++)*+/)*" + UUID);

  /** Far more than any is long; the pattern recurses. */
  private static final int MAX_ID_LENGTH = 1_000;

  static ReadRequest invocation(String id, String instanceName, ReplayMode mode) {
    if (id.length() > MAX_ID_LENGTH || !INVOCATION_ID.matcher(id).matches()) {
      throw new IllegalArgumentException("an invocation id is a UUID and nothing else");
    }
    return new ReadRequest(false, id, instanceName, mode);
  }

  static ReadRequest build(String id, String instanceName, ReplayMode mode) {
    if (id.length() > MAX_ID_LENGTH || !BUILD_ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "a build id is a UUID, with names before it if there are any, as in"
              + " ci/nightly/6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f");
    }
    if (mode != ReplayMode.UNTIL_COMPLETE) {
      throw new IllegalArgumentException("a build can only be read UNTIL_COMPLETE");
    }
    return new ReadRequest(true, id, instanceName, mode);
  }

  /**
   * Starts a call. Nothing comes before it is asked for.
   *
   * @param token of the event after which to go on, or null for the first
   */
  ClientCall<?, Received<StreamedBuildEvent>> start(
      Channel channel,
      CallOptions options,
      Metadata headers,
      @Nullable String token,
      ClientCall.Listener<Received<StreamedBuildEvent>> listener) {
    return ofBuild
        ? start(channel.newCall(GET_BUILD, options), headers, getBuild(token), listener)
        : start(channel.newCall(GET_INVOCATION, options), headers, getInvocation(token), listener);
  }

  private static <Q, A> ClientCall<Q, A> start(
      ClientCall<Q, A> call, Metadata headers, Q request, ClientCall.Listener<A> listener) {
    call.start(listener, headers);
    call.sendMessage(request);
    call.halfClose();
    return call;
  }

  private GetBuildRequest getBuild(@Nullable String token) {
    var request = GetBuildRequest.newBuilder().setInstanceName(instanceName).setBuildId(id);
    if (token != null) {
      request.setContinuationToken(token);
    }
    return request.build();
  }

  private GetInvocationRequest getInvocation(@Nullable String token) {
    var request =
        GetInvocationRequest.newBuilder()
            .setInstanceName(instanceName)
            .setInvocationId(id)
            .setReplayMode(
                switch (mode) {
                  case UNTIL_COMPLETE -> ReplayModeOptions.ReplayMode.UNTIL_COMPLETE;
                  case STOP_AFTER_LAST_KNOWN -> ReplayModeOptions.ReplayMode.STOP_AFTER_LAST_KNOWN;
                });
    if (token != null) {
      request.setContinuationToken(token);
    }
    return request.build();
  }

  /** What is asked, for messages. */
  String operation() {
    return (ofBuild ? "GetBuild of " : "GetInvocation of ") + id;
  }

  @Override
  public String toString() {
    return (ofBuild ? "build " : "invocation ") + id;
  }
}
