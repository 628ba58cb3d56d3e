package dev.infraevents.engflow;

import dev.infraevents.internal.text.RecordText;
import org.jspecify.annotations.Nullable;

/**
 * A build has finished: no further invocation of it follows.
 *
 * @param instanceName the instance of the cluster; may be empty
 * @param buildId the build: a UUID, which may have a path of names before it
 * @param authContext who is responsible for it; null if the cluster does not say
 * @param keywords what the build tool was told to say of the build
 */
public record BuildFinished(
    String instanceName, String buildId, @Nullable AuthContext authContext, Keywords keywords)
    implements LifecycleEvent {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
