package dev.infraevents.engflow;

import dev.infraevents.internal.text.RecordText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user of the cluster.
 *
 * @param principal the unique id, typically an e-mail address; may be empty
 * @param roles the roles; one at most from clusters before May 2025, none from those before August
 *     2023
 * @param profilePictureUrl where a picture is; null if the cluster does not say
 */
public record User(String principal, List<String> roles, @Nullable String profilePictureUrl) {

  /**
   * Copies the roles.
   *
   * @param principal the unique id
   * @param roles the roles
   * @param profilePictureUrl where a picture is, or null
   */
  public User {
    roles = List.copyOf(roles);
  }

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
