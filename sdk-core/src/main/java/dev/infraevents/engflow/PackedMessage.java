package dev.infraevents.engflow;

import dev.infraevents.Bytes;

/**
 * A protobuf message of any type, as its bytes: what protobuf calls an {@code Any}. Its {@code
 * toString} shows type and size only.
 *
 * @param typeUrl the type, such as {@code type.googleapis.com/build_event_stream.BuildEvent}
 * @param value the message, serialised
 */
public record PackedMessage(String typeUrl, Bytes value) {

  /** No message. */
  public static final PackedMessage EMPTY = new PackedMessage("", Bytes.EMPTY);

  /**
   * The full name of the message's type. What stands before it in the URL does not matter.
   *
   * @return what follows the last slash, such as {@code build_event_stream.BuildEvent}; empty if
   *     there is no slash
   */
  public String messageName() {
    int slash = typeUrl.lastIndexOf('/');
    return slash < 0 ? "" : typeUrl.substring(slash + 1);
  }
}
