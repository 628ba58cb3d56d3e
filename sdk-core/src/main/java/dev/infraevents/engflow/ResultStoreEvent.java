package dev.infraevents.engflow;

/** A notification of the result store, which clusters of 2024 and later know. */
public sealed interface ResultStoreEvent extends EngFlowPayload
    permits ResultStoreInvocationStarted, UnknownResultStoreEvent {

  /**
   * The instance of the cluster.
   *
   * @return its name, often {@code default}; may be empty
   */
  String instanceName();

  /**
   * The build, which may have several invocations.
   *
   * @return a UUID, which may have a path of names before it, such as {@code ci/nightly/UUID}
   */
  String buildId();
}
