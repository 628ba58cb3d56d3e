package dev.infraevents.garm;

import dev.infraevents.Bytes;
import dev.infraevents.RawPayload;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entity of a type that this version of the library does not know, from a newer server.
 *
 * @param typeName the server's word for the type of entity; never empty
 * @param content the payload as it arrived, any JSON
 */
public record UnknownEntity(String typeName, Bytes content) implements GarmPayload, RawPayload {

  /**
   * Not known: the payload is not read.
   *
   * @return null
   */
  @Override
  public @Nullable Instant updatedAt() {
    return null;
  }
}
