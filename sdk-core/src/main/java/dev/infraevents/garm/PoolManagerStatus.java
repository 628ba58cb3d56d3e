package dev.infraevents.garm;

import dev.infraevents.internal.text.RecordText;

/**
 * Whether GARM is at work for a repository, organization, enterprise or forge instance.
 *
 * @param running whether its pool manager runs; false right after creation too
 * @param failureReason why it does not run, {@code pool manager is starting up} among others; empty
 *     when it runs and right after creation
 */
public record PoolManagerStatus(boolean running, String failureReason) {

  /** Nothing known: right after creation. */
  public static final PoolManagerStatus EMPTY = new PoolManagerStatus(false, "");

  @Override
  public String toString() {
    return RecordText.of(this);
  }
}
