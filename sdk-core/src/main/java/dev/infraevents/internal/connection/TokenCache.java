package dev.infraevents.internal.connection;

import dev.infraevents.AuthenticationException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.TransportException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds the newest token of a subscription. Fetching blocks, one caller at a time, and heeds an
 * interrupt; nothing else blocks.
 */
final class TokenCache {

  /** A token and the moment from which it should be replaced, or null if never. */
  record Lease(Token token, @Nullable Instant renewAt) {}

  private record Refusal(String value, AuthenticationException cause) {}

  private final TokenProvider provider;
  private final Duration renewBefore;
  private final InstantSource clock;
  private final Consumer<Token> onRefresh;

  /** Held while the provider is at work. */
  private final ReentrantLock fetching = new ReentrantLock();

  // Guarded by this, which is never held while the provider is at work.
  private @Nullable Lease newest;
  private @Nullable Refusal refusal;
  private boolean providerHangs;

  TokenCache(
      TokenProvider provider,
      Duration renewBefore,
      InstantSource clock,
      Consumer<Token> onRefresh) {
    this.provider = provider;
    this.renewBefore = renewBefore;
    this.clock = clock;
    this.onRefresh = onRefresh;
  }

  /** The token to connect with: the one at hand unless it is refused or nearing its end. */
  Lease get() throws SourceException {
    Lease spare = whileProviderHangs();
    if (spare != null) {
      return spare;
    }
    acquire();
    try {
      Lease held = usable();
      if (held != null && isFresh(held)) {
        return held;
      }
      try {
        return fetch();
      } catch (SourceException e) {
        if (held != null && e.isRetryable() && isValid(held)) {
          return held; // the login is out of reach, but the old token still works
        }
        throw e;
      }
    } finally {
      fetching.unlock();
    }
  }

  /** A token that outlives another one. */
  Lease newerThan(Token old) throws SourceException {
    acquire();
    try {
      Lease held = usable();
      if (held != null && isNewer(held.token(), old)) {
        return held;
      }
      Lease fetched = fetch();
      if (!isNewer(fetched.token(), old)) {
        // Not a refusal: the old token still works, and a newer one may come.
        throw new TransportException(
            "the token expires at " + old.expiresAt() + " and its provider has no newer one", null);
      }
      return fetched;
    } finally {
      fetching.unlock();
    }
  }

  /** The server has refused this token: the next {@link #get} fetches another. */
  synchronized void refuse(Token bad, AuthenticationException cause) {
    refusal = new Refusal(bad.value(), cause);
  }

  private boolean isRefused(Token token) {
    return refusal != null && refusal.value().equals(token.value());
  }

  private synchronized @Nullable Lease usable() {
    return newest == null || isRefused(newest.token()) ? null : newest;
  }

  // A provider that did not answer in time is left alone once, if there is a way without it.
  private synchronized @Nullable Lease whileProviderHangs() {
    Lease held = usable();
    boolean spare = providerHangs && held != null && isValid(held);
    providerHangs = false;
    return spare ? held : null;
  }

  private synchronized void setProviderHangs() {
    providerHangs = true;
  }

  private void acquire() {
    try {
      fetching.lockInterruptibly();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private TransportException interrupted(InterruptedException e) {
    setProviderHangs();
    Thread.currentThread().interrupt();
    return new TransportException("interrupted while a token was fetched", e);
  }

  private Lease fetch() {
    Token fetched = fetchUnchecked();
    Lease lease = new Lease(fetched, renewAt(fetched));
    boolean renewed;
    synchronized (this) {
      if (refusal != null && isRefused(fetched)) {
        AuthenticationException cause = refusal.cause();
        throw new AuthenticationException(
            cause.getMessage() + "; the token provider gave the same token again",
            cause.status(),
            cause);
      }
      renewed = newest != null && !newest.token().value().equals(fetched.value());
      newest = lease;
      refusal = null;
    }
    if (renewed) {
      onRefresh.accept(fetched);
    }
    return lease;
  }

  private Token fetchUnchecked() {
    @Nullable Token fetched;
    try {
      fetched = provider.fetch();
    } catch (SourceException e) {
      throw e;
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (Exception e) {
      throw new TransportException("the token provider failed: " + e.getClass().getName(), e);
    }
    if (fetched == null) {
      throw new TransportException("the token provider gave no token", null);
    }
    return fetched;
  }

  // A token of a few minutes must not be renewed all the time: at most a fifth of its life is left
  // over.
  private @Nullable Instant renewAt(Token fetched) {
    Instant expiry = fetched.expiresAt();
    if (expiry == null) {
      return null;
    }
    Duration fifth = Duration.between(clock.instant(), expiry).dividedBy(5);
    return expiry.minus(fifth.compareTo(renewBefore) < 0 ? fifth : renewBefore);
  }

  private boolean isFresh(Lease lease) {
    return lease.renewAt() == null || clock.instant().isBefore(lease.renewAt());
  }

  private boolean isValid(Lease lease) {
    Instant expiry = lease.token().expiresAt();
    return expiry == null || clock.instant().isBefore(expiry);
  }

  private static boolean isNewer(Token token, Token old) {
    Instant expiry = token.expiresAt();
    Instant oldExpiry = old.expiresAt();
    return expiry == null || (oldExpiry != null && expiry.isAfter(oldExpiry));
  }
}
