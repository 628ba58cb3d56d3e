package dev.infraevents.pubsub.push;

import dev.infraevents.ProtocolException;
import dev.infraevents.SourceException;
import dev.infraevents.pubsub.internal.HttpCalls;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The published keys. Fetched by the thread that first needs them, one at a time; there is no
 * thread of its own, so nothing has to be closed. Thread-safe.
 */
final class KeySource {

  /** Pub/Sub gives us 10 s for everything. */
  static final Duration FETCH_DEADLINE = Duration.ofSeconds(5);

  static final int MAX_DOCUMENT = 64 << 10;

  // Whoever sends forged tokens chooses the ids of keys: they must not make us ask all the time.
  private static final Duration LEAST_INTERVAL = Duration.ofSeconds(30);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  private final URI url;
  private final String shown; // without a query, which may be secret
  private final HttpCalls http;
  private final LongSupplier ticker;

  private volatile @Nullable KeySet current;

  // Guarded by this.
  private @Nullable CountDownLatch fetch; // under way
  private long nextFetch; // not before, by the ticker
  private int failures; // in a row

  KeySource(URI url, HttpCalls http, LongSupplier ticker) {
    this.url = url;
    this.shown = url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath();
    this.http = http;
    this.ticker = ticker;
    this.nextFetch = ticker.getAsLong();
  }

  /** The key of that id. Asks for new keys if there is none, unless that was done just now. */
  VerificationKey find(String id) throws RefusedException {
    VerificationKey key = keys().byId().get(id);
    if (key == null) {
      refresh(true);
      key = keys().byId().get(id);
    }
    if (key == null) {
      throw new RefusedException(
          isFailing() ? RefusalReason.KEYS_UNAVAILABLE : RefusalReason.UNKNOWN_KEY);
    }
    return key;
  }

  /** Whether a key that was found before is still published, as far as is known. */
  boolean isPublished(String id, VerificationKey key) throws RefusedException {
    return keys().byId().get(id) == key;
  }

  private KeySet keys() throws RefusedException {
    long now = ticker.getAsLong();
    KeySet known = current;
    boolean usable = known != null && known.isUsable(now);
    if (known == null || !usable || known.isDue(now)) {
      refresh(!usable); // with keys that will do, only the thread that fetches waits
      known = current;
      if (known == null || !known.isUsable(now)) {
        throw new RefusedException(RefusalReason.KEYS_UNAVAILABLE);
      }
    }
    return known;
  }

  /** Fetches the keys, or lets another thread do it, or does nothing if it is too early. */
  private void refresh(boolean wait) {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch underWay;
    synchronized (this) {
      underWay = fetch;
      if (underWay == null) {
        if (ticker.getAsLong() - nextFetch < 0) {
          return;
        }
        fetch = started;
      }
    }
    if (underWay == null) {
      fetch(started);
    } else if (wait) {
      await(underWay);
    }
  }

  private static void await(CountDownLatch underWay) {
    try {
      // A fetch is bounded by itself; this is for a machine that stands still.
      var unused = underWay.await(2 * FETCH_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fetch(CountDownLatch started) {
    SourceException failure = new ProtocolException(shown + " could not be read", null, true);
    try {
      var answer = http.get(url, Map.of("Accept", "application/json"));
      current = KeySet.of(answer, shown, current, ticker.getAsLong());
      failure = null;
    } catch (SourceException e) {
      failure = e;
    } finally {
      settle(failure); // whatever else may have been thrown
      started.countDown();
    }
  }

  private synchronized void settle(@Nullable SourceException failure) {
    fetch = null;
    Duration wait = LEAST_INTERVAL;
    if (failure == null) {
      if (failures > 0) {
        LOG.log(Level.INFO, "{0}: the keys are there again", shown);
      }
      failures = 0;
    } else {
      Duration backoff = FIRST_RETRY.multipliedBy(1L << Math.min(failures, 4));
      wait = backoff.compareTo(LONGEST_RETRY) < 0 ? backoff : LONGEST_RETRY;
      Level level = failures == 0 ? Level.WARNING : Level.DEBUG;
      LOG.log(
          level,
          "{0}; until it succeeds pushes may be refused; next attempt in {1} ms at the earliest",
          failure.getMessage(),
          Long.toString(wait.toMillis()));
      failures++;
    }
    nextFetch = ticker.getAsLong() + wait.toNanos();
  }

  private synchronized boolean isFailing() {
    return failures > 0;
  }
}
