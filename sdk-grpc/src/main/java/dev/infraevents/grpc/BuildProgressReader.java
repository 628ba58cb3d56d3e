package dev.infraevents.grpc;

import static dev.infraevents.grpc.Protos.open;
import static dev.infraevents.grpc.Protos.openOrZero;
import static dev.infraevents.grpc.Protos.packed;

import com.google.protobuf.Any;
import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.BuildStatus;
import dev.infraevents.engflow.Keywords;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.StreamInfo;
import dev.infraevents.grpc.proto.build.BuildEvent;
import dev.infraevents.grpc.proto.build.BuildEvent.BuildComponentStreamFinished.FinishType;
import dev.infraevents.grpc.proto.build.ConsoleOutputStream;
import dev.infraevents.grpc.proto.build.PublishLifecycleEventRequest.ServiceLevel;
import dev.infraevents.grpc.proto.build.StreamId;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import org.jspecify.annotations.Nullable;

/** Makes payloads of what the event store sends. */
final class BuildProgressReader {

  private static final String EVENT_TYPE_URL =
      "type.googleapis.com/" + BuildEvent.getDescriptor().getFullName();

  private BuildProgressReader() {}

  static BuildProgress read(StreamedBuildEvent message) {
    StreamInfo stream = stream(message);
    BuildEvent event = message.getEvent().getBuildEvent();
    return switch (event.getEventCase()) {
      case INVOCATION_ATTEMPT_STARTED -> started(stream, event.getInvocationAttemptStarted());
      case INVOCATION_ATTEMPT_FINISHED -> finished(stream, event.getInvocationAttemptFinished());
      case BUILD_ENQUEUED -> {
        var enqueued = event.getBuildEnqueued();
        yield new BuildProgress.BuildEnqueued(
            stream, details(enqueued.hasDetails(), enqueued.getDetails()));
      }
      case BUILD_FINISHED -> finished(stream, event.getBuildFinished());
      case CONSOLE_OUTPUT -> console(stream, event.getConsoleOutput());
      case COMPONENT_STREAM_FINISHED ->
          finished(stream, event.getComponentStreamFinished().getTypeValue());
      case BAZEL_EVENT -> new BuildProgress.BazelEvent(stream, packed(event.getBazelEvent()));
      case BUILD_EXECUTION_EVENT ->
          new BuildProgress.BuildExecutionEvent(stream, packed(event.getBuildExecutionEvent()));
      case SOURCE_FETCH_EVENT ->
          new BuildProgress.SourceFetchEvent(stream, packed(event.getSourceFetchEvent()));
      case EVENT_NOT_SET ->
          new BuildProgress.Unknown(
              stream, new PackedMessage(EVENT_TYPE_URL, Protos.bytes(event.toByteString())));
    };
  }

  private static StreamInfo stream(StreamedBuildEvent message) {
    var event = message.getEvent();
    StreamId id = event.getStreamId();
    int component = id.getComponentValue();
    int level = event.getServiceLevelValue();
    return new StreamInfo(
        id.getBuildId(),
        id.getInvocationId(),
        open(StreamInfo.Component.class, StreamId.BuildComponent.forNumber(component), component),
        event.hasServiceLevel()
            ? openOrZero(StreamInfo.ServiceLevel.class, ServiceLevel.forNumber(level), level)
            : OpenEnum.of(StreamInfo.ServiceLevel.class, ""),
        new Keywords(event.getNotificationKeywordsList()),
        message.getPrincipal(),
        message.getContinuationToken(),
        message.getIsLast());
  }

  private static BuildProgress started(
      StreamInfo stream, BuildEvent.InvocationAttemptStarted event) {
    return new BuildProgress.InvocationAttemptStarted(
        stream, event.getAttemptNumber(), details(event.hasDetails(), event.getDetails()));
  }

  private static BuildProgress finished(
      StreamInfo stream, BuildEvent.InvocationAttemptFinished event) {
    return new BuildProgress.InvocationAttemptFinished(
        stream,
        event.hasInvocationStatus() ? status(event.getInvocationStatus()) : null,
        details(event.hasDetails(), event.getDetails()));
  }

  private static BuildProgress finished(StreamInfo stream, BuildEvent.BuildFinished event) {
    return new BuildProgress.BuildFinished(
        stream,
        event.hasStatus() ? status(event.getStatus()) : null,
        details(event.hasDetails(), event.getDetails()));
  }

  private static BuildProgress finished(StreamInfo stream, int type) {
    return new BuildProgress.ComponentStreamFinished(
        stream,
        open(BuildProgress.ComponentStreamFinished.Reason.class, FinishType.forNumber(type), type));
  }

  private static BuildProgress console(StreamInfo stream, BuildEvent.ConsoleOutput event) {
    int type = event.getTypeValue();
    return new BuildProgress.ConsoleOutput(
        stream,
        open(BuildProgress.ConsoleOutput.Channel.class, ConsoleOutputStream.forNumber(type), type),
        event.hasBinaryOutput()
            ? Protos.bytes(event.getBinaryOutput())
            : Bytes.ofUtf8(event.getTextOutput()));
  }

  private static BuildStatus status(dev.infraevents.grpc.proto.build.BuildStatus status) {
    int result = status.getResultValue();
    return new BuildStatus(
        open(
            BuildStatus.Result.class,
            dev.infraevents.grpc.proto.build.BuildStatus.Result.forNumber(result),
            result),
        status.getFinalInvocationId(),
        status.hasBuildToolExitCode() ? status.getBuildToolExitCode().getValue() : null,
        status.getErrorMessage(),
        details(status.hasDetails(), status.getDetails()));
  }

  private static @Nullable PackedMessage details(boolean present, Any details) {
    return present ? packed(details) : null;
  }
}
