package dev.infraevents.engflow.bazel;

import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Bazel has started: the first of its events.
 *
 * @param header what every event has
 * @param uuid the invocation id
 * @param startTime when it started; null when not set
 * @param buildToolVersion the version of Bazel
 * @param optionsDescription the options that were set, as one text. May hold secrets
 * @param command the command, such as {@code test}
 * @param workingDirectory where it was called
 * @param workspaceDirectory the root of the workspace
 * @param serverPid the process id of Bazel's server; 0 when not set
 * @param host the machine; only set by Bazel of 2026 and later
 * @param user the user of that machine; only set by Bazel of 2026 and later
 */
public record Started(
    EventHeader header,
    String uuid,
    @Nullable Instant startTime,
    String buildToolVersion,
    String optionsDescription,
    String command,
    String workingDirectory,
    String workspaceDirectory,
    long serverPid,
    String host,
    String user)
    implements BazelBuildEvent {

  /** Shows what is set; of the options, only how long they are. */
  @Override
  public String toString() {
    return RecordText.of(this, "optionsDescription");
  }
}
