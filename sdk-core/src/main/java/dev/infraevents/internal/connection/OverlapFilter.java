package dev.infraevents.internal.connection;

import dev.infraevents.Bytes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

  // All below guarded by this. Only digests are kept: messages can be a megabyte each.
  private final Map<Digest, Seen> messages = new HashMap<>();
  private long survivor; // 0 while there are two
  private boolean quiet = true; // no message on either, since the change-over
  private boolean matched; // a message came on both

  OverlapFilter(long newEpoch) {
    this.newEpoch = newEpoch;
  }

  boolean isFirst(long epoch, Bytes message) {
    return isFirst(epoch, Digest.of(message));
  }

  private synchronized boolean isFirst(long epoch, Digest message) {
    if (survivor != 0) {
      return epoch == survivor;
    }
    quiet = false;
    Seen seen = messages.get(message);
    if (seen == null) {
      if (messages.size() >= MAX_MESSAGES) {
        return true;
      }
      seen = new Seen();
      messages.put(message, seen);
    }
    boolean first = epoch == newEpoch ? ++seen.onNew > seen.onOld : ++seen.onOld > seen.onNew;
    matched |= !first;
    return first;
  }

  /** The new connection is up. */
  synchronized void changeOver() {
    quiet = true;
  }

  /**
   * Whether the old connection can go. A message that came on both shows that the new one gets all
   * there is, and that what was underway on the old one before that has been read.
   */
  synchronized boolean isOver() {
    return quiet || matched;
  }

  /** One connection is left. A message of the other that is still on its way is a repetition. */
  synchronized void end(long epoch) {
    survivor = epoch;
    messages.clear();
  }

  private static final class Seen {
    int onOld;
    int onNew;
  }

  private record Digest(long high, long low) {

    static Digest of(Bytes message) {
      try {
        byte[] sha = MessageDigest.getInstance("SHA-256").digest(message.toByteArray());
        ByteBuffer bytes = ByteBuffer.wrap(sha);
        return new Digest(bytes.getLong(), bytes.getLong());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }
}
