package dev.infraevents.pubsub.push;

import dev.infraevents.ProtocolException;
import dev.infraevents.pubsub.internal.HttpAnswer;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one document, and for how long they may be used. Immutable.
 *
 * @param byId the keys
 * @param refreshAt when to ask for the next document, by the ticker
 * @param unusableFrom when not to trust this one any more, by the ticker
 */
record KeySet(Map<String, VerificationKey> byId, long refreshAt, long unusableFrom) {

  // What the answer may say: neither so little that we ask all the time, nor so much that a key
  // that
  // was withdrawn is accepted for days.
  private static final Duration LEAST_LIFE = Duration.ofMinutes(1);
  private static final Duration MOST_LIFE = Duration.ofHours(24);
  private static final Duration DEFAULT_LIFE = Duration.ofMinutes(5);

  // Google's own library asks so long before the end.
  private static final Duration EARLY = Duration.ofMinutes(5);

  // How long keys outlive their document while the next one can not be had.
  private static final Duration GRACE = Duration.ofHours(24);

  private static final Pattern MAX_AGE =
      Pattern.compile("(?:^|[,\\s])max-age\\s*=\\s*\"?(\\d{1,9})", Pattern.CASE_INSENSITIVE);

  static KeySet of(HttpAnswer answer, String url, @Nullable KeySet before, long now)
      throws ProtocolException {
    if (answer.status() != 200) {
      throw new ProtocolException(
          url + " answered with status " + answer.status() + " instead of keys", null, true);
    }
    Map<String, VerificationKey> keys = new HashMap<>();
    for (var entry : KeyDocument.read(answer.body().utf8(), url).entrySet()) {
      VerificationKey known = before == null ? null : before.byId.get(entry.getKey());
      RSAPublicKey key = entry.getValue();
      keys.put(entry.getKey(), known != null && known.isOf(key) ? known : new VerificationKey(key));
    }
    Duration life = life(answer);
    Duration early = shorter(EARLY, life.dividedBy(5));
    return new KeySet(
        Map.copyOf(keys), now + life.minus(early).toNanos(), now + life.plus(GRACE).toNanos());
  }

  boolean isDue(long now) {
    return now - refreshAt >= 0;
  }

  boolean isUsable(long now) {
    return now - unusableFrom < 0;
  }

  private static Duration life(HttpAnswer answer) {
    String control = String.join(",", answer.headers().getOrDefault("cache-control", List.of()));
    Matcher maxAge = MAX_AGE.matcher(control);
    if (!maxAge.find()) {
      return DEFAULT_LIFE;
    }
    Duration left = Duration.ofSeconds(Long.parseLong(maxAge.group(1)) - age(answer));
    return left.compareTo(LEAST_LIFE) < 0 ? LEAST_LIFE : shorter(left, MOST_LIFE);
  }

  private static long age(HttpAnswer answer) {
    String age = answer.header("age");
    return age != null && age.matches("\\d{1,9}") ? Long.parseLong(age) : 0;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
