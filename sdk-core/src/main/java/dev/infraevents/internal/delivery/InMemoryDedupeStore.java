package dev.infraevents.internal.delivery;

import dev.infraevents.DedupeStore;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Ids in the order in which they were added, bounded by age and number. */
public final class InMemoryDedupeStore implements DedupeStore {

  private final long windowNanos;
  private final int maxEntries;
  private final LongSupplier ticker;
  private final Map<String, Long> addedAt = new LinkedHashMap<>(); // guarded by this

  /**
   * Makes an empty store.
   *
   * @param window how long an id is remembered
   * @param maxEntries how many ids are remembered
   * @param ticker monotonic nanoseconds
   */
  public InMemoryDedupeStore(Duration window, int maxEntries, LongSupplier ticker) {
    if (window.isNegative() || maxEntries < 1) {
      throw new IllegalArgumentException("a dedupe store needs a window and room for one entry");
    }
    this.windowNanos = window.toNanos();
    this.maxEntries = maxEntries;
    this.ticker = ticker;
  }

  @Override
  public synchronized boolean contains(String id) {
    Long at = addedAt.get(id);
    return at != null && ticker.getAsLong() - at <= windowNanos;
  }

  @Override
  public synchronized void add(String id) {
    long now = ticker.getAsLong();
    addedAt.remove(id); // so that it goes to the end
    addedAt.put(id, now);
    forgetOld(now);
  }

  // What was just added stays, so this comes to an end.
  private void forgetOld(long now) {
    Iterator<Long> oldest = addedAt.values().iterator();
    while (now - oldest.next() > windowNanos || addedAt.size() > maxEntries) {
      oldest.remove();
    }
  }
}
