package dev.infraevents.engflow;

import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import dev.infraevents.internal.text.RecordText;
import org.jspecify.annotations.Nullable;

/**
 * How a build or an attempt of an invocation ended. Bazel sets nothing but the result; its exit
 * code is in the Bazel event {@code finished}.
 *
 * @param result how it ended; not set if unknown
 * @param finalInvocationId the last invocation, a UUID; only ever set in the status of a build
 * @param buildToolExitCode the exit code of the build tool; null when not set
 * @param errorMessage what went wrong, for humans; may be empty
 * @param details more, specific to the build tool; null when not set
 */
public record BuildStatus(
    OpenEnum<Result> result,
    String finalInvocationId,
    @Nullable Integer buildToolExitCode,
    String errorMessage,
    @Nullable PackedMessage details) {

  @Override
  public String toString() {
    return RecordText.of(this);
  }

  /** How something ended. */
  public enum Result implements WireName {
    /** The command was run and succeeded. */
    COMMAND_SUCCEEDED,
    /** The command was run and failed, or not all of it succeeded. */
    COMMAND_FAILED,
    /** The user's input or project is at fault. */
    USER_ERROR,
    /** The build system is at fault. */
    SYSTEM_ERROR,
    /** A resource ran out, memory for example. */
    RESOURCE_EXHAUSTED,
    /** An invocation took too long. */
    INVOCATION_DEADLINE_EXCEEDED,
    /** Someone cancelled it. */
    CANCELLED,
    /** The request took too long, retries of invocations included. */
    REQUEST_DEADLINE_EXCEEDED;

    @Override
    public String wireName() {
      return name();
    }
  }
}
