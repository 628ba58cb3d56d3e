package dev.infraevents.internal.connection;

import dev.infraevents.Bytes;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets each event through once while two connections bring the same stream. Equal messages are
 * counted, not merged: a server may send the same thing twice and mean it. Thread-safe.
 */
final class OverlapFilter {

  // Past this many different messages duplicates go through: better twice than a heap full.
  private static final int MAX_MESSAGES = 20_000;

  private final long newEpoch;
  private final Map<Bytes, Seen> messages = new HashMap<>(); // guarded by this

  OverlapFilter(long newEpoch) {
    this.newEpoch = newEpoch;
  }

  synchronized boolean isFirst(long epoch, Bytes message) {
    Seen seen = messages.get(message);
    if (seen == null) {
      if (messages.size() >= MAX_MESSAGES) {
        return true;
      }
      seen = new Seen();
      messages.put(message, seen);
    }
    return epoch == newEpoch ? ++seen.onNew > seen.onOld : ++seen.onOld > seen.onNew;
  }

  private static final class Seen {
    int onOld;
    int onNew;
  }
}
