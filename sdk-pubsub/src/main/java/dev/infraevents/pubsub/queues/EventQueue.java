package dev.infraevents.pubsub.queues;

import dev.infraevents.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * An event queue: a subscription to all events of a factory.
 *
 * @param label its name within the factory
 * @param type {@code push} or {@code pull}; another text if the server knows more than this version
 * @param pushUrl where its events are pushed to, as it was given; null if they are not
 * @param raw the JSON object as it arrived, with members that this version does not know
 */
public record EventQueue(String label, String type, @Nullable String pushUrl, Bytes raw) {

  /**
   * Says whether events are pushed.
   *
   * @return true if the type is {@code push}
   */
  public boolean isPush() {
    return type.equals("push");
  }

  /**
   * Says whether events are pulled.
   *
   * @return true if the type is {@code pull}
   */
  public boolean isPull() {
    return type.equals("pull");
  }
}
