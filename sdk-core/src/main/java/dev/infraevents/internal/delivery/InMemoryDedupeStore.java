package dev.infraevents.internal.delivery;

import dev.infraevents.DedupeStore;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Ids in two generations, bounded by age and number: when the younger is old enough, or is half of
 * what may be remembered, it takes the place of the older. An entry that knew its own age would be
 * exact, but cost as much again.
 */
public final class InMemoryDedupeStore implements DedupeStore {

  private final long windowNanos;
  private final int half;
  private final LongSupplier ticker;

  // All below guarded by this.
  private Set<String> older = Set.of();
  private Set<String> younger = new HashSet<>();
  private long began;

  /**
   * Makes an empty store.
   *
   * @param window how long an id is remembered; twice as long at most
   * @param maxEntries how many ids are remembered; beyond, the older half is forgotten
   * @param ticker monotonic nanoseconds
   */
  public InMemoryDedupeStore(Duration window, int maxEntries, LongSupplier ticker) {
    if (window.isNegative() || maxEntries < 2) {
      throw new IllegalArgumentException("a dedupe store needs a window and room for two entries");
    }
    this.windowNanos = window.toNanos();
    this.half = maxEntries / 2;
    this.ticker = ticker;
    this.began = ticker.getAsLong();
  }

  @Override
  public synchronized boolean contains(String id) {
    forgetOld();
    return younger.contains(id) || older.contains(id);
  }

  @Override
  public synchronized void add(String id) {
    forgetOld();
    if (younger.size() == half) {
      begin(younger);
    }
    younger.add(id);
  }

  private void forgetOld() {
    long age = ticker.getAsLong() - began;
    if (age > windowNanos) {
      begin(age - windowNanos > windowNanos ? Set.of() : younger);
    }
  }

  private void begin(Set<String> before) {
    older = before;
    younger = new HashSet<>();
    began = ticker.getAsLong();
  }
}
