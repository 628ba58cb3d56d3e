package dev.infraevents.pubsub.push;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that were accepted, by their hash: one token serves many pushes. Refused tokens are not
 * remembered, as there is no end of them. Those that were not used for the longest time are
 * forgotten first. Thread-safe.
 */
final class AcceptedTokens {

  static final int CAPACITY = 1_000;

  /**
   * An accepted token.
   *
   * @param since when it was, in seconds
   * @param until when it expires, in seconds
   */
  record Accepted(PushVerdict.Accepted verdict, VerificationKey key, long since, long until) {

    // Before it was accepted, too: a clock that was set back can make it one of the future.
    boolean isCurrent(long now) {
      return now >= since && now < until;
    }
  }

  // In the order of their last use. Guarded by itself.
  private final Map<ByteBuffer, Accepted> tokens =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Accepted> eldest) {
          return size() > CAPACITY;
        }
      };

  /** What a token is remembered by. */
  static ByteBuffer hash(String token) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(digest.digest(token.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Nullable Accepted get(ByteBuffer hash) {
    synchronized (tokens) {
      return tokens.get(hash);
    }
  }

  void remove(ByteBuffer hash) {
    synchronized (tokens) {
      tokens.remove(hash);
    }
  }

  void add(ByteBuffer hash, Accepted accepted) {
    synchronized (tokens) {
      tokens.put(hash, accepted);
    }
  }
}
