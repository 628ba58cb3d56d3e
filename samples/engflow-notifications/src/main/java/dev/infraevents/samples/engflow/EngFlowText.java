package dev.infraevents.samples.engflow;

import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.RawPayload;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.BuildStatus;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.LifecycleEvent;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.bazel.BazelBuildEvent;
import dev.infraevents.engflow.bazel.Finished;
import dev.infraevents.engflow.bazel.TargetCompleted;
import dev.infraevents.engflow.bazel.TestResult;
import dev.infraevents.engflow.bazel.TestSummary;
import dev.infraevents.grpc.BazelEvents;

/** What people look at in an event, in a few words, none of which is a secret. */
final class EngFlowText {

  private EngFlowText() {}

  static String of(Event<?> event) {
    String invocation = event.attributes().get(EngFlow.INVOCATION);
    String of = invocation == null ? "" : "invocation " + invocation;
    return (of + " " + words(event.payload())).strip();
  }

  private static String words(Object payload) {
    if (payload instanceof LifecycleEvent lifecycle) {
      return lifecycle(lifecycle);
    }
    if (payload instanceof BuildProgress.BazelEvent event) {
      return bazel(event.message());
    }
    if (payload instanceof BuildProgress.ConsoleOutput printed) {
      return printed.output().size() + " bytes of " + printed.channel();
    }
    if (payload instanceof BuildProgress.InvocationAttemptFinished attempt) {
      return status(attempt.status());
    }
    if (payload instanceof BuildProgress.BuildFinished build) {
      return status(build.status());
    }
    return payload instanceof RawPayload unknown ? unknown.typeName() : "";
  }

  private static String lifecycle(LifecycleEvent event) {
    String command = event.keywords().commandName().map(name -> name + " ").orElse("");
    return event.authContext() == null || event.authContext().user() == null
        ? command
        : command + "by " + event.authContext().user().principal();
  }

  private static String status(BuildStatus status) {
    return status == null ? "" : status.result().toString();
  }

  private static String bazel(PackedMessage message) {
    try {
      return BazelEvents.decode(message).map(EngFlowText::bazel).orElse(message.messageName());
    } catch (DecodingException e) {
      return "unreadable";
    }
  }

  private static String bazel(BazelBuildEvent event) {
    return event.id().kind() + " " + outcome(event);
  }

  private static String outcome(BazelBuildEvent event) {
    if (event instanceof Finished finished) {
      return finished.exitCodeName();
    }
    if (event instanceof TargetCompleted target) {
      return target.label() + (target.success() ? " built" : " not built");
    }
    if (event instanceof TestResult test) {
      return test.label() + " " + test.status();
    }
    return event instanceof TestSummary test ? test.label() + " " + test.overallStatus() : "";
  }
}
