package dev.infraevents.spi;

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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Holds the newest token of a subscription or of a client, and fetches another when that one nears
 * its end or was refused. Thread-safe. Fetching blocks, one caller at a time, and heeds an
 * interrupt, which is kept and shows as a {@link TransportException}; nothing else blocks.
 */
public final class TokenCache {

  /**
   * A token to use.
   *
   * @param token the token
   * @param renewAt the moment from which it should be replaced, or null if never
   */
  public record Lease(Token token, @Nullable Instant renewAt) {}

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

  /**
   * Makes an empty cache. Nothing is fetched before a token is asked for.
   *
   * @param provider where tokens come from
   * @param renewBefore how long before its expiry a token is replaced; at most a fifth of its life
   * @param clock by which tokens expire
   * @param onRefresh told of each token that replaces another one, on the thread that asked for it
   */
  public TokenCache(
      TokenProvider provider,
      Duration renewBefore,
      InstantSource clock,
      Consumer<Token> onRefresh) {
    this.provider = provider;
    this.renewBefore = renewBefore;
    this.clock = clock;
    this.onRefresh = onRefresh;
  }

  /**
   * The token to use: the one at hand unless it is refused or nearing its end. One that is nearing
   * its end is still given if no other can be had at the moment.
   *
   * @return a token that was not refused
   * @throws SourceException if none can be had: an {@link AuthenticationException} if the login is
   *     refused, or if the provider has nothing but the token that was
   */
  public Lease get() throws SourceException {
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

  /**
   * A token that outlives another one.
   *
   * @param old a token that is still good
   * @return the one at hand, or else a new one
   * @throws SourceException if none can be had; a {@link TransportException} if the provider has
   *     nothing that lives longer
   */
  public Lease newerThan(Token old) throws SourceException {
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

  /**
   * Makes a request. When its token is refused, the request is made once more with another.
   *
   * @param request told the token; throws an {@link AuthenticationException} if it is refused
   * @param <T> what comes of it
   * @return what the request returned
   * @throws SourceException what the request threw, or {@link #get}
   */
  public <T> T request(Function<Token, T> request) throws SourceException {
    Token token = get().token();
    try {
      return request.apply(token);
    } catch (AuthenticationException e) {
      refuse(token, e);
      return request.apply(get().token());
    }
  }

  /**
   * Tells that the server has refused a token: the next {@link #get} fetches another.
   *
   * @param bad the token; nothing happens if it is no longer the newest
   * @param cause how it was refused
   */
  public synchronized void refuse(Token bad, AuthenticationException cause) {
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
