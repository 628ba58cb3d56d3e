package dev.infraevents.garm;

import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file in GARM's object store, without its content. Since 0.2.0-beta1.
 *
 * <p>Delete: when a single file is deleted, nothing at all is set, the id included, so that one can
 * not tell which it was: list the files again. When GARM itself deletes files by tag: the full
 * object.
 *
 * @param id GARM's number of it; 0 when not set
 * @param createdAt when it was created; null when not set
 * @param updatedAt when it was last changed, which a change of only its tags does not move; null
 *     when not set
 * @param name its name; empty when not set
 * @param description free text; empty when not set
 * @param size its size in bytes; 0 when not set
 * @param tags its tags; empty when it has none
 * @param sha256 the hash of its content, in hex; empty when not set
 * @param fileType its media type; empty when not set
 */
public record FileObject(
    long id,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    String name,
    String description,
    long size,
    List<String> tags,
    String sha256,
    String fileType)
    implements GarmPayload {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
