package dev.infraevents.grpc;

import dev.infraevents.engflow.bazel.EventHeader;
import dev.infraevents.engflow.bazel.EventId;
import dev.infraevents.grpc.proto.bazel.BuildEvent;
import dev.infraevents.grpc.proto.bazel.BuildEventId;

/** The ids of Bazel's events. */
final class BazelIds {

  private BazelIds() {}

  static EventHeader header(BuildEvent event) {
    return new EventHeader(
        id(event.getId()),
        event.getChildrenList().stream().map(BazelIds::id).toList(),
        event.getLastMessage());
  }

  private static EventId id(BuildEventId id) {
    return new EventId(kind(id.getIdCase()), name(id), Protos.bytes(id.toByteString()));
  }

  private static String kind(BuildEventId.IdCase kind) {
    return kind == BuildEventId.IdCase.ID_NOT_SET
        ? ""
        : BuildEventId.getDescriptor().findFieldByNumber(kind.getNumber()).getName();
  }

  private static String name(BuildEventId id) {
    return switch (id.getIdCase()) {
      case UNKNOWN -> id.getUnknown().getDetails();
      case STRUCTURED_COMMAND_LINE -> id.getStructuredCommandLine().getCommandLineLabel();
      case FETCH -> id.getFetch().getUrl();
      case CONFIGURATION -> id.getConfiguration().getId();
      case TARGET_CONFIGURED -> id.getTargetConfigured().getLabel();
      case PATTERN -> String.join(" ", id.getPattern().getPatternList());
      case PATTERN_SKIPPED -> String.join(" ", id.getPatternSkipped().getPatternList());
      case NAMED_SET -> id.getNamedSet().getId();
      case TARGET_COMPLETED -> id.getTargetCompleted().getLabel();
      case ACTION_COMPLETED -> id.getActionCompleted().getLabel();
      case UNCONFIGURED_LABEL -> id.getUnconfiguredLabel().getLabel();
      case CONFIGURED_LABEL -> id.getConfiguredLabel().getLabel();
      case TEST_RESULT -> id.getTestResult().getLabel();
      case TEST_PROGRESS -> id.getTestProgress().getLabel();
      case TEST_SUMMARY -> id.getTestSummary().getLabel();
      case TARGET_SUMMARY -> id.getTargetSummary().getLabel();
      default -> "";
    };
  }
}
