package dev.infraevents.internal.delivery;

import dev.infraevents.SubscriptionStats;

/**
 * The counters behind {@link SubscriptionStats}. Not thread-safe: guarded by the workload's lock.
 */
final class Books {

  /** Where a message that leaves goes in the books. */
  enum Entry {
    DELIVERED,
    FILTERED,
    DEDUPLICATED,
    DROPPED,
    UNDECODABLE
  }

  long received;
  long delivered;
  long filtered;
  long deduplicated;
  long dropped;
  long undecodable;
  long inFlight;
  long inFlightBytes;
  long failed;
  long retried;

  void enter(Entry entry) {
    switch (entry) {
      case DELIVERED -> delivered++;
      case FILTERED -> filtered++;
      case DEDUPLICATED -> deduplicated++;
      case DROPPED -> dropped++;
      case UNDECODABLE -> undecodable++;
    }
  }

  SubscriptionStats snapshot() {
    return new SubscriptionStats(
        received,
        delivered,
        filtered,
        deduplicated,
        dropped,
        undecodable,
        inFlight,
        inFlightBytes,
        failed,
        retried);
  }
}
