package dev.infraevents.engflow;

import dev.infraevents.Bytes;
import dev.infraevents.RawPayload;

/**
 * A notification whose message is of a type that this version does not know, or that has no message
 * at all: then type and content are empty.
 *
 * @param message what it holds, as it came
 */
public record UnknownNotification(PackedMessage message) implements EngFlowPayload, RawPayload {

  /**
   * The name of the type.
   *
   * @return the type URL, such as {@code type.googleapis.com/acme.Thing}; empty if there is no
   *     message
   */
  @Override
  public String typeName() {
    return message.typeUrl();
  }

  @Override
  public Bytes content() {
    return message.value();
  }
}
