package dev.infraevents.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.infraevents.Bytes;
import dev.infraevents.engflow.bazel.Aborted;
import dev.infraevents.engflow.bazel.BazelBuildEvent;
import dev.infraevents.engflow.bazel.BuildMetadata;
import dev.infraevents.engflow.bazel.EventHeader;
import dev.infraevents.engflow.bazel.ExecRequest;
import dev.infraevents.engflow.bazel.Finished;
import dev.infraevents.engflow.bazel.OptionsParsed;
import dev.infraevents.engflow.bazel.Other;
import dev.infraevents.engflow.bazel.Progress;
import dev.infraevents.engflow.bazel.Started;
import dev.infraevents.engflow.bazel.StructuredCommandLine;
import dev.infraevents.engflow.bazel.UnstructuredCommandLine;
import dev.infraevents.engflow.bazel.WorkspaceStatus;
import dev.infraevents.grpc.proto.bazel.BuildEvent;
import dev.infraevents.grpc.proto.bazel.BuildFinished;
import dev.infraevents.grpc.proto.bazel.BuildStarted;
import dev.infraevents.grpc.proto.bazel.CommandLine;
import dev.infraevents.grpc.proto.bazel.CommandLineSection;
import dev.infraevents.grpc.proto.bazel.ExecRequestConstructed;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes records of Bazel's messages. */
final class BazelEventReader {

  private static final OneofDescriptor PAYLOAD = BuildEvent.getDescriptor().getOneofs().get(0);

  private BazelEventReader() {}

  static BazelBuildEvent read(BuildEvent event) {
    EventHeader header = BazelIds.header(event);
    return switch (event.getPayloadCase()) {
      case STARTED -> started(header, event.getStarted());
      case PROGRESS -> {
        var progress = event.getProgress();
        yield new Progress(header, progress.getStdout(), progress.getStderr());
      }
      case ABORTED -> aborted(header, event.getAborted());
      case FINISHED -> finished(header, event.getFinished());
      case NAMED_SET_OF_FILES ->
          BazelOutputs.namedSet(header, event.getId(), event.getNamedSetOfFiles());
      case COMPLETED -> BazelOutputs.target(header, event.getId(), event.getCompleted());
      case TEST_RESULT -> BazelOutputs.testResult(header, event.getId(), event.getTestResult());
      case TEST_SUMMARY -> BazelOutputs.testSummary(header, event.getId(), event.getTestSummary());
      case BUILD_METRICS -> BazelMetrics.read(header, event.getBuildMetrics());
      case UNSTRUCTURED_COMMAND_LINE ->
          new UnstructuredCommandLine(header, event.getUnstructuredCommandLine().getArgsList());
      case STRUCTURED_COMMAND_LINE -> commandLine(header, event.getStructuredCommandLine());
      case OPTIONS_PARSED -> options(header, event.getOptionsParsed());
      case WORKSPACE_STATUS -> status(header, event.getWorkspaceStatus());
      case BUILD_METADATA -> new BuildMetadata(header, event.getBuildMetadata().getMetadataMap());
      case EXEC_REQUEST -> exec(header, event.getExecRequest());
      default -> other(header, event);
    };
  }

  private static BazelBuildEvent started(EventHeader header, BuildStarted started) {
    return new Started(
        header,
        started.getUuid(),
        BazelTimes.instant(
            started.hasStartTime(), started.getStartTime(), started.getStartTimeMillis()),
        started.getBuildToolVersion(),
        started.getOptionsDescription(),
        started.getCommand(),
        started.getWorkingDirectory(),
        started.getWorkspaceDirectory(),
        started.getServerPid(),
        started.getHost(),
        started.getUser());
  }

  private static BazelBuildEvent aborted(
      EventHeader header, dev.infraevents.grpc.proto.bazel.Aborted aborted) {
    int reason = aborted.getReasonValue();
    return new Aborted(
        header,
        Protos.open(
            Aborted.Reason.class,
            dev.infraevents.grpc.proto.bazel.Aborted.AbortReason.forNumber(reason),
            reason),
        aborted.getDescription());
  }

  private static BazelBuildEvent finished(EventHeader header, BuildFinished finished) {
    boolean coded = finished.hasExitCode();
    int code = finished.getExitCode().getCode();
    return new Finished(
        header,
        coded ? code == 0 : finished.getOverallSuccess(),
        coded ? code : null,
        finished.getExitCode().getName(),
        BazelTimes.instant(
            finished.hasFinishTime(), finished.getFinishTime(), finished.getFinishTimeMillis()),
        finished.getFailureDetail().getMessage());
  }

  private static BazelBuildEvent commandLine(EventHeader header, CommandLine line) {
    return new StructuredCommandLine(
        header,
        line.getCommandLineLabel(),
        line.getSectionsList().stream().map(BazelEventReader::section).toList());
  }

  private static StructuredCommandLine.Section section(CommandLineSection section) {
    return new StructuredCommandLine.Section(
        section.getSectionLabel(),
        section.getChunkList().getChunkList(),
        section.getOptionList().getOptionList().stream()
            .map(
                option ->
                    new StructuredCommandLine.Option(
                        option.getCombinedForm(), option.getOptionName(), option.getOptionValue()))
            .toList());
  }

  private static BazelBuildEvent options(
      EventHeader header, dev.infraevents.grpc.proto.bazel.OptionsParsed options) {
    return new OptionsParsed(
        header,
        options.getStartupOptionsList(),
        options.getExplicitStartupOptionsList(),
        options.getCmdLineList(),
        options.getExplicitCmdLineList(),
        options.getToolTag());
  }

  private static BazelBuildEvent status(
      EventHeader header, dev.infraevents.grpc.proto.bazel.WorkspaceStatus status) {
    Map<String, String> items = new LinkedHashMap<>();
    status.getItemList().forEach(item -> items.put(item.getKey(), item.getValue()));
    return new WorkspaceStatus(header, Collections.unmodifiableMap(items));
  }

  private static BazelBuildEvent exec(EventHeader header, ExecRequestConstructed request) {
    return new ExecRequest(
        header,
        Protos.bytes(request.getWorkingDirectory()),
        request.getArgvList().stream().map(Protos::bytes).toList(),
        request.getEnvironmentVariableList().stream()
            .map(
                variable ->
                    new ExecRequest.EnvironmentVariable(
                        Protos.bytes(variable.getName()), Protos.bytes(variable.getValue())))
            .toList(),
        request.getEnvironmentVariableToClearList().stream().map(Protos::bytes).toList(),
        request.getShouldExec());
  }

  private static BazelBuildEvent other(EventHeader header, BuildEvent event) {
    FieldDescriptor field = event.getOneofFieldDescriptor(PAYLOAD);
    if (field != null) {
      Message payload = (Message) event.getField(field);
      return new Other(
          header, field.getName(), field.getNumber(), Protos.bytes(payload.toByteString()));
    }
    // A payload that is newer than this version is the field that we do not know.
    for (Map.Entry<Integer, UnknownFieldSet.Field> unknown :
        event.getUnknownFields().asMap().entrySet()) {
      var contents = unknown.getValue().getLengthDelimitedList();
      if (!contents.isEmpty()) {
        return new Other(
            header, "", unknown.getKey(), Protos.bytes(contents.get(contents.size() - 1)));
      }
    }
    return new Other(header, "", 0, Bytes.EMPTY);
  }
}
