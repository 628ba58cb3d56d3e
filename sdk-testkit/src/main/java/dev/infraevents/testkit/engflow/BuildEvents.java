package dev.infraevents.testkit.engflow;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.infraevents.grpc.proto.build.BuildEvent;
import dev.infraevents.grpc.proto.build.ConsoleOutputStream;
import dev.infraevents.grpc.proto.build.StreamId.BuildComponent;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;

/** Makes events as a build tool does. */
final class BuildEvents {

  private static final Timestamp TIME = Timestamp.newBuilder().setSeconds(1_700_000_000).build();

  /** A field of a message that says it is longer than what follows. */
  private static final ByteString CUT_OFF = ByteString.copyFrom(new byte[] {0x0a, 0x7f, 1});

  private BuildEvents() {}

  /** The event at a place in a stream, counted from 1. */
  static BuildEvent numbered(int number, boolean ofBuild) {
    if (number > 1) {
      return output("line " + number);
    }
    BuildEvent.Builder first = BuildEvent.newBuilder().setEventTime(TIME);
    if (ofBuild) {
      first.setBuildEnqueued(BuildEvent.BuildEnqueued.getDefaultInstance());
    } else {
      first.setInvocationAttemptStarted(
          BuildEvent.InvocationAttemptStarted.newBuilder().setAttemptNumber(1));
    }
    return first.build();
  }

  static BuildEvent output(String text) {
    return BuildEvent.newBuilder()
        .setEventTime(TIME)
        .setConsoleOutput(
            BuildEvent.ConsoleOutput.newBuilder()
                .setType(ConsoleOutputStream.STDERR)
                .setTextOutput(text))
        .build();
  }

  /** A message whose event no parser reads. */
  static StreamedBuildEvent unreadable() {
    var field = UnknownFieldSet.Field.newBuilder().addLengthDelimited(CUT_OFF).build();
    var event =
        UnknownFieldSet.newBuilder().addField(StreamedBuildEvent.EVENT_FIELD_NUMBER, field).build();
    return StreamedBuildEvent.newBuilder().setUnknownFields(event).build();
  }

  /** What sends events of this kind. */
  static BuildComponent component(BuildEvent event) {
    return switch (event.getEventCase()) {
      case INVOCATION_ATTEMPT_STARTED,
          INVOCATION_ATTEMPT_FINISHED,
          BUILD_ENQUEUED,
          BUILD_FINISHED ->
          BuildComponent.CONTROLLER;
      default -> BuildComponent.TOOL;
    };
  }
}
