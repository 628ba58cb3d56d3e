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
  private boolean matchedBefore; // at the last check
  private boolean settled; // there was a check: what was underway at the change-over has come

  OverlapFilter(long newEpoch) {
    this.newEpoch = newEpoch;
  }

  boolean isFirst(long epoch, Bytes message) {
    return isFirst(epoch, Digest.of(message));
  }

  private synchronized boolean isFirst(long epoch, Digest message) {
    if (survivor != 0) {
      Seen seen = messages.get(message);
      return epoch == survivor && (seen == null || seen.isFirst(epoch == newEpoch));
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
    boolean first = seen.isFirst(epoch == newEpoch);
    matched |= !first;
    return first;
  }

  /** The new connection is up. */
  synchronized void changeOver() {
    quiet = true;
    messages.values().forEach(Seen::changeOver);
  }

  /**
   * Whether the old connection can go; asked now and then. A message that came on both shows that
   * the new one gets all there is, and that what was underway on the old one before that has been
   * read. Neighbours may have been swapped by the server, so not right after it.
   */
  synchronized boolean isOver() {
    boolean over = quiet || matchedBefore;
    matchedBefore = matched;
    settled = true;
    return over;
  }

  /**
   * One connection is left. A message of the other that is still on its way is a repetition; so is
   * one on this that the other was quicker to bring. What the old one alone brought before the
   * change-over, long enough ago, the new one was not there for: if it comes now, it is said again.
   */
  synchronized void end(long epoch) {
    survivor = epoch;
    if (settled) {
      messages.values().forEach(Seen::forgetEarly);
    }
    messages.values().removeIf(seen -> !seen.isOwed(epoch == newEpoch));
  }

  /** How often a message came on either. */
  private static final class Seen {
    private int onOld;
    private int onNew;
    private int early; // on the old one, before the change-over

    void changeOver() {
      early = onOld;
    }

    void forgetEarly() {
      onOld = Math.min(onOld, onNew + onOld - early);
    }

    /** Counts one more. */
    boolean isFirst(boolean isNew) {
      return isNew ? ++onNew > onOld : ++onOld > onNew;
    }

    /** Whether the other connection brought it more often. */
    boolean isOwed(boolean isNew) {
      return isNew ? onOld > onNew : onNew > onOld;
    }
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
