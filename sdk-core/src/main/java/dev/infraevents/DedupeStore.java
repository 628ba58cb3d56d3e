package dev.infraevents;

import dev.infraevents.internal.delivery.InMemoryDedupeStore;
import java.time.Duration;

/**
 * Remembers which events are done with, so that a redelivery is acknowledged without running the
 * handler again. Implementations are thread-safe; they are called on handler threads and may block.
 * A store that throws is treated as one that does not know the event.
 */
public interface DedupeStore {

  /**
   * Asks for an event.
   *
   * @param id the event's id, with its source in front where a subscription has events of several
   * @return whether its handling has finished within the window
   */
  boolean contains(String id);

  /**
   * Records that an event has been handled.
   *
   * @param id the event's id, with its source in front where a subscription has events of several
   */
  void add(String id);

  /**
   * Remembers in memory.
   *
   * @param window for how long, and twice as long at most; at least the source's redelivery window
   * @param maxEntries how many at most, and half of them at least; 2 or more
   * @return a store
   */
  static DedupeStore inMemory(Duration window, int maxEntries) {
    return new InMemoryDedupeStore(window, maxEntries, System::nanoTime);
  }
}
