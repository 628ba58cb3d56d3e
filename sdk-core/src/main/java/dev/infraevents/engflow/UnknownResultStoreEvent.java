package dev.infraevents.engflow;

import dev.infraevents.Bytes;
import dev.infraevents.RawPayload;

/**
 * The result store says something of a build that this version does not know.
 *
 * @param instanceName the instance of the cluster; may be empty
 * @param buildId the build: a UUID, which may have a path of names before it
 * @param message all of it, as it came
 */
public record UnknownResultStoreEvent(String instanceName, String buildId, PackedMessage message)
    implements ResultStoreEvent, RawPayload {

  @Override
  public String typeName() {
    return message.typeUrl();
  }

  @Override
  public Bytes content() {
    return message.value();
  }
}
