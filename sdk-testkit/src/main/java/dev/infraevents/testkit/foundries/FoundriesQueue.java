package dev.infraevents.testkit.foundries;

import org.jspecify.annotations.Nullable;

/**
 * An event queue as the server has it. Its text form shows no key.
 *
 * @param factory whose events it gets
 * @param label its name within the factory
 * @param type {@code push} or {@code pull}
 * @param pushUrl where events are pushed to; null for a pull queue
 * @param credentials the credentials file that was returned when a pull queue was created, and is
 *     returned once only; null for a push queue
 */
public record FoundriesQueue(
    String factory,
    String label,
    String type,
    @Nullable String pushUrl,
    @Nullable String credentials) {

  @Override
  public String toString() {
    return "FoundriesQueue[" + factory + "/" + label + ", " + type + "]";
  }
}
