package dev.infraevents.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.build.BuildEvent;
import dev.infraevents.grpc.proto.build.PublishLifecycleEventRequest.ServiceLevel;
import dev.infraevents.grpc.proto.build.StreamId;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.eventstore.BuildProgressEvent;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgeableNotification;
import dev.infraevents.grpc.proto.resultstore.BuildLifecycleNotification;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What EngFlow sends. */
final class Messages {

  static final URI SOURCE = URI.create("grpcs://acme.cluster.engflow.com");
  static final Instant RECEIVED = Instant.parse("2026-11-20T19:00:00.5Z");
  static final Instant TIME = Instant.parse("2026-11-20T18:59:59.000000001Z");
  static final Timestamp TIMESTAMP =
      Timestamp.newBuilder().setSeconds(TIME.getEpochSecond()).setNanos(TIME.getNano()).build();
  static final String BUILD = "ci/Nightly-2/9608f439-4c3e-4909-8a0c-f78810322b6b";
  static final String INVOCATION = "5173658c-4595-4978-8db0-2942b1e7ca13";

  /** A member of a oneof that is newer than this version. */
  static final UnknownFieldSet NEWER =
      UnknownFieldSet.newBuilder()
          .addField(
              199,
              UnknownFieldSet.Field.newBuilder()
                  .addLengthDelimited(ByteString.copyFromUtf8("hunter2"))
                  .build())
          .build();

  private Messages() {}

  static BuildLifecycleEventNotification.Builder lifecycle() {
    var event =
        BuildLifecycleEventNotification.newBuilder()
            .setInstanceName("prod")
            .setBuildId(BUILD)
            .addKeywords("command_name=test")
            .addKeywords("user_keyword=engflow:CiCdUri=https://ci/?a=b:c");
    event.getAuthContextBuilder().getUserBuilder().setPrincipal("joe@example.com").addRole("dev");
    return event;
  }

  static BuildLifecycleEventNotification invocationFinished() {
    var event = lifecycle();
    event.getInvocationFinishedBuilder().setInvocationId(INVOCATION);
    return event.build();
  }

  /** One message of every kind that a notification can hold. */
  static List<Any> everyNotification() {
    var invocationStarted = lifecycle();
    invocationStarted.getInvocationStartedBuilder().setInvocationId(INVOCATION);
    var resultStore =
        BuildLifecycleNotification.newBuilder().setInstanceName("prod").setBuildId(BUILD);
    var resultStoreStarted = resultStore.clone();
    resultStoreStarted.getInvocationStartedBuilder().setInvocationId(INVOCATION);
    return List.of(
        any(lifecycle().setBuildStarted(BuildLifecycleEventNotification.BuildStarted.newBuilder())),
        any(
            lifecycle()
                .setBuildFinished(BuildLifecycleEventNotification.BuildFinished.newBuilder())),
        any(invocationStarted),
        any(invocationFinished().toBuilder()),
        any(lifecycle().setUnknownFields(NEWER)),
        any(resultStoreStarted),
        any(resultStore.setUnknownFields(NEWER)),
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/acme.Thing")
            .setValue(ByteString.copyFromUtf8("hunter2"))
            .build(),
        Any.getDefaultInstance());
  }

  static Any any(Message.Builder message) {
    return Any.pack(message.build());
  }

  static Notification.Builder notification(Any payload) {
    return Notification.newBuilder()
        .setId("6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f")
        .setTimestamp(TIMESTAMP)
        .setPayload(payload);
  }

  static PullNotificationResponse response(Notification notification) {
    return PullNotificationResponse.newBuilder()
        .setNotification(
            AcknowledgeableNotification.newBuilder().setToken("t1").setNotification(notification))
        .build();
  }

  static NotificationMessage message(Notification notification) {
    return new NotificationMessage(
        Protos.bytes(response(notification).toByteString()),
        notification,
        SOURCE,
        RECEIVED,
        Settlement.none());
  }

  static Event<EngFlowPayload> event(Any payload) {
    return message(notification(payload).build()).decode();
  }

  static StreamedBuildEvent.Builder buildEvent(Consumer<BuildEvent.Builder> event) {
    var build = BuildEvent.newBuilder().setEventTime(TIMESTAMP);
    event.accept(build);
    return StreamedBuildEvent.newBuilder()
        .setContinuationToken("CAE=")
        .setPrincipal("joe@example.com")
        .setEvent(
            BuildProgressEvent.newBuilder()
                .setStreamId(
                    StreamId.newBuilder()
                        .setBuildId(BUILD)
                        .setInvocationId(INVOCATION)
                        .setComponent(StreamId.BuildComponent.TOOL))
                .setServiceLevel(ServiceLevel.NONINTERACTIVE)
                .addNotificationKeywords("command_name=build")
                .setBuildEvent(build));
  }

  /** One event of every kind that the event store can send. */
  static List<StreamedBuildEvent> everyBuildEvent() {
    Any any =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/acme.Thing")
            .setValue(ByteString.copyFromUtf8("hunter2"))
            .build();
    List<StreamedBuildEvent> events = new ArrayList<>();
    for (Consumer<BuildEvent.Builder> member :
        List.<Consumer<BuildEvent.Builder>>of(
            e -> e.getInvocationAttemptStartedBuilder().setAttemptNumber(2).setDetails(any),
            e ->
                e.getInvocationAttemptFinishedBuilder()
                    .setDetails(any)
                    .getInvocationStatusBuilder()
                    .setResultValue(1),
            e -> e.getBuildEnqueuedBuilder().setDetails(any),
            e -> e.getBuildFinishedBuilder().getStatusBuilder().setResultValue(2),
            e -> e.getConsoleOutputBuilder().setTypeValue(1).setTextOutput("hunter2"),
            e -> e.getComponentStreamFinishedBuilder().setTypeValue(1),
            e -> e.setBazelEvent(any),
            e -> e.setBuildExecutionEvent(any),
            e -> e.setSourceFetchEvent(any),
            e -> e.setUnknownFields(NEWER))) {
      events.add(buildEvent(member).build());
    }
    return events;
  }

  static BuildProgressMessage message(StreamedBuildEvent event) {
    return new BuildProgressMessage(
        Protos.bytes(event.toByteString()), event, SOURCE, RECEIVED, Settlement.none());
  }

  static Event<BuildProgress> event(StreamedBuildEvent event) {
    return message(event).decode();
  }

  static Bytes bytes(Message message) {
    return Protos.bytes(message.toByteString());
  }
}
