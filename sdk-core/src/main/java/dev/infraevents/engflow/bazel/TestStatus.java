package dev.infraevents.engflow.bazel;

import dev.infraevents.WireName;

/** How a test went. */
public enum TestStatus implements WireName {
  /** It passed. */
  PASSED,
  /** It passed in some attempts only. */
  FLAKY,
  /** It took too long. */
  TIMEOUT,
  /** It failed. */
  FAILED,
  /** It has not ended. */
  INCOMPLETE,
  /** The remote environment failed. */
  REMOTE_FAILURE,
  /** It could not be built. */
  FAILED_TO_BUILD,
  /** Bazel stopped before it was run. */
  TOOL_HALTED_BEFORE_TESTING;

  @Override
  public String wireName() {
    return name();
  }
}
