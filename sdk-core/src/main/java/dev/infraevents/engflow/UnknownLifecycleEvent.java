package dev.infraevents.engflow;

import dev.infraevents.Bytes;
import dev.infraevents.RawPayload;
import dev.infraevents.internal.text.RecordText;
import org.jspecify.annotations.Nullable;

/**
 * Something has happened to a build of which this version knows no more than that.
 *
 * @param instanceName the instance of the cluster; may be empty
 * @param buildId the build: a UUID, which may have a path of names before it
 * @param authContext who is responsible for it; null if the cluster does not say
 * @param keywords what the build tool was told to say of the build
 * @param message all of it, as it came
 */
public record UnknownLifecycleEvent(
    String instanceName,
    String buildId,
    @Nullable AuthContext authContext,
    Keywords keywords,
    PackedMessage message)
    implements LifecycleEvent, RawPayload {

  @Override
  public String typeName() {
    return message.typeUrl();
  }

  @Override
  public Bytes content() {
    return message.value();
  }

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
