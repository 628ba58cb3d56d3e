package dev.infraevents.garm;

import dev.infraevents.OpenEnum;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that a runner sent while it was set up. Writing one causes no event; it comes with the
 * next update of the instance.
 *
 * @param createdAt when it was received; null when not set
 * @param message the text; empty when not set
 * @param eventType what it is about; not set if the server does not say
 * @param eventLevel how grave it is; not set if the server does not say
 */
public record StatusMessage(
    @Nullable Instant createdAt,
    String message,
    OpenEnum<MessageType> eventType,
    OpenEnum<MessageLevel> eventLevel) {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
