package dev.infraevents.engflow;

import org.jspecify.annotations.Nullable;

/**
 * A build or an invocation has started or finished: a notification of the event store. It does not
 * say how a build ended: read its events for that.
 *
 * <p>Notifications come in no order: that something finished may be heard of before its start.
 */
public sealed interface LifecycleEvent extends EngFlowPayload
    permits BuildFinished,
        BuildStarted,
        InvocationFinished,
        InvocationStarted,
        UnknownLifecycleEvent {

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

  /**
   * Who is responsible for it.
   *
   * @return null if the cluster does not say, as is common
   */
  @Nullable AuthContext authContext();

  /**
   * What the build tool was told to say of the build.
   *
   * @return the keywords; the contract promises them for starts only, and finishes have them too
   */
  Keywords keywords();
}
