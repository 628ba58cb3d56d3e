package dev.infraevents.engflow;

import dev.infraevents.internal.text.RecordText;
import org.jspecify.annotations.Nullable;

/**
 * An invocation of the build tool has finished. Its events, and how it ended, are in the event
 * store.
 *
 * @param instanceName the instance of the cluster; may be empty
 * @param buildId the build: a UUID, which may have a path of names before it
 * @param invocationId the invocation: a UUID
 * @param authContext who is responsible for it; null if the cluster does not say
 * @param keywords what the build tool was told to say of the build
 */
public record InvocationFinished(
    String instanceName,
    String buildId,
    String invocationId,
    @Nullable AuthContext authContext,
    Keywords keywords)
    implements LifecycleEvent {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
