package dev.infraevents.pubsub;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets one message of each ordering key through at a time. When one fails, Pub/Sub delivers it and
 * all later ones of its key again, so those that wait here must not be handled before it.
 *
 * <p>Thread-safe.
 *
 * @param <M> a message
 */
final class OrderedKeys<M> {

  private final Map<String, ArrayDeque<M>> waiting = new HashMap<>(); // guarded by this

  /**
   * A message has come.
   *
   * @return whether it is its turn; else it waits
   */
  synchronized boolean enter(String key, M message) {
    ArrayDeque<M> queue = waiting.get(key);
    if (queue == null) {
      waiting.put(key, new ArrayDeque<>(1));
      return true;
    }
    queue.add(message);
    return false;
  }

  /**
   * The message whose turn it was has been acknowledged.
   *
   * @return whose turn it is now; null if none waits
   */
  synchronized @Nullable M next(String key) {
    ArrayDeque<M> queue = waiting.get(key);
    M next = queue == null ? null : queue.poll();
    if (next == null) {
      waiting.remove(key);
    }
    return next;
  }

  /**
   * The message whose turn it was will be delivered again.
   *
   * @return those that will be, too
   */
  synchronized List<M> giveUp(String key) {
    ArrayDeque<M> queue = waiting.remove(key);
    return queue == null ? List.of() : List.copyOf(queue);
  }
}
