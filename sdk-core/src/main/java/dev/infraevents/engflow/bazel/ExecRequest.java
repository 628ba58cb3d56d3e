package dev.infraevents.engflow.bazel;

import dev.infraevents.Bytes;
import dev.infraevents.internal.text.RecordText;
import java.util.List;

/**
 * What {@code bazel run} is about to run. Text is as bytes, in whatever encoding the machine has.
 *
 * @param header what every event has
 * @param workingDirectory where
 * @param arguments program and arguments. May hold secrets
 * @param environment variables to set. May hold secrets
 * @param environmentToClear the names of variables to remove
 * @param shouldExec whether it is really run
 */
public record ExecRequest(
    EventHeader header,
    Bytes workingDirectory,
    List<Bytes> arguments,
    List<EnvironmentVariable> environment,
    List<Bytes> environmentToClear,
    boolean shouldExec)
    implements BazelBuildEvent {

  /** Shows how many arguments and variables there are, but none of them. */
  @Override
  public String toString() {
    return RecordText.of(this, "arguments", "environment", "environmentToClear");
  }

  /**
   * A variable. Its {@code toString} shows neither name nor value.
   *
   * @param name the name
   * @param value the value. May hold a secret
   */
  public record EnvironmentVariable(Bytes name, Bytes value) {}
}
