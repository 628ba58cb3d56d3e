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
    forgetOld();
    return addedAt.containsKey(id);
  }

  @Override
  public synchronized void add(String id) {
    addedAt.remove(id); // so that it goes to the end
    addedAt.put(id, ticker.getAsLong());
    forgetOld();
  }

  private void forgetOld() {
    long now = ticker.getAsLong();
    Iterator<Long> oldest = addedAt.values().iterator();
    while (oldest.hasNext()) {
      boolean tooMany = addedAt.size() > maxEntries;
      if (!tooMany && now - oldest.next() <= windowNanos) {
        return;
      }
      if (tooMany) {
        oldest.next();
      }
      oldest.remove();
    }
  }
}
