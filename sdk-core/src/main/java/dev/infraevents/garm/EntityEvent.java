package dev.infraevents.garm;

import dev.infraevents.OpenEnum;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry in the log of a repository, organization, enterprise or forge instance. Only the REST
 * answer for a single entity has them, events never do. Since 0.2.0-alpha.
 *
 * @param id its number; 0 when not set
 * @param createdAt when it was written; null when not set
 * @param eventType what it is about; not set if the server does not say
 * @param eventLevel how grave it is; not set if the server does not say
 * @param message the text; empty when not set
 */
public record EntityEvent(
    long id,
    @Nullable Instant createdAt,
    OpenEnum<MessageType> eventType,
    OpenEnum<MessageLevel> eventLevel,
    String message) {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
