package dev.infraevents.garm;

import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The script that sets up a runner. Since 0.2.0-beta1.
 *
 * <p>Delete: the full object, without the owner if a user owned it.
 *
 * @param id GARM's number of it; 0 when not set
 * @param createdAt when it was created; null when not set
 * @param updatedAt when it was last changed; null when not set
 * @param name its name; empty when not set
 * @param description free text; empty when not set
 * @param osType the operating system it is for; not set if the server does not say
 * @param forgeType the kind of forge it is for; not set if the server does not say
 * @param data the script, possibly secret and of any size; empty in REST lists
 * @param ownerId the name of the user that owns it, or {@code system}; empty when not set
 */
public record Template(
    long id,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    String name,
    String description,
    OpenEnum<OsType> osType,
    OpenEnum<ForgeType> forgeType,
    Bytes data,
    String ownerId)
    implements GarmPayload {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
