package dev.infraevents.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.Bytes;
import dev.infraevents.RawPayload;
import dev.infraevents.internal.foundries.StrictJson;

/**
 * An event of a type that this version does not know, or without a type. It is delivered whatever
 * it holds; nothing of it has been checked.
 *
 * @param typeName the type as it came; empty if there is none
 * @param content the data of the message, of any kind; may be empty
 */
public record UnknownDeviceEvent(String typeName, Bytes content)
    implements FoundriesPayload, RawPayload {

  /**
   * The content as a JSON tree. It is read anew each time.
   *
   * @return the tree; {@linkplain JsonNode#isMissingNode() missing} if the content is no JSON in
   *     UTF-8, has a key twice in one object, or exceeds what is read of known events: 16 MiB, 100
   *     levels, 250,000 tokens
   */
  public JsonNode json() {
    return StrictJson.treeOrMissing(content);
  }
}
