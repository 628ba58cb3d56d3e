package dev.infraevents.garm;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.infraevents.internal.text.RecordText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user of GARM. The server has this type of event and, up to HEAD, never sends one: a filter for
 * it alone mutes a connection.
 *
 * @param id UUID of the user; empty when not set
 * @param createdAt when it was created; null when not set
 * @param updatedAt when it was last changed; null when not set
 * @param email mail address; empty when not set
 * @param username the name to log in with; empty when not set
 * @param fullName the name for people; empty when not set
 * @param enabled whether the user can log in
 * @param admin whether the user may do everything ({@code is_admin} on the wire)
 */
public record User(
    String id,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    String email,
    String username,
    String fullName,
    boolean enabled,
    @JsonProperty("is_admin") boolean admin)
    implements GarmPayload {

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
