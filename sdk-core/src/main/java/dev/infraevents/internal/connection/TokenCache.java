package dev.infraevents.internal.connection;

import dev.infraevents.AuthenticationException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.TransportException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Holds the newest token of a subscription. Fetching blocks, one caller at a time. */
final class TokenCache {

  private final TokenProvider provider;
  private final Duration renewBefore;
  private final Consumer<Token> onRefresh;

  private @Nullable Token token; // guarded by this, like all below
  private @Nullable Instant renewAt;
  private @Nullable String refused;

  TokenCache(TokenProvider provider, Duration renewBefore, Consumer<Token> onRefresh) {
    this.provider = provider;
    this.renewBefore = renewBefore;
    this.onRefresh = onRefresh;
  }

  /** The token to connect with: the one at hand unless it is refused or nearing its end. */
  synchronized Token get(Instant now) throws SourceException {
    Token held = token;
    if (held == null || refused != null) {
      return fetch(now);
    }
    if (renewAt == null || now.isBefore(renewAt)) {
      return held;
    }
    try {
      return fetch(now);
    } catch (TransportException e) {
      if (held.expiresAt() != null && now.isBefore(held.expiresAt())) {
        return held; // the login is out of reach, but the old token still works
      }
      throw e;
    }
  }

  /** A token that outlives another one. */
  synchronized Token newerThan(Token old, Instant now) throws SourceException {
    Token held = token;
    if (held != null && refused == null && isNewer(held, old)) {
      return held;
    }
    Token fetched = fetch(now);
    if (!isNewer(fetched, old)) {
      throw new AuthenticationException(
          "the token expires at " + old.expiresAt() + " and its provider has no newer one",
          0,
          null);
    }
    return fetched;
  }

  /** The server has refused this token: the next {@link #get} fetches another. */
  synchronized void refuse(Token bad) {
    refused = bad.value();
  }

  /** When the token at hand should be replaced, or null if never. */
  synchronized @Nullable Instant renewAt() {
    return renewAt;
  }

  private Token fetch(Instant now) {
    Token fetched = fetchUnchecked();
    if (fetched.value().equals(refused)) {
      throw new AuthenticationException(
          "the server refused the token and its provider gave the same one again; supply a valid one",
          0,
          null);
    }
    boolean renewed = token != null && !token.value().equals(fetched.value());
    token = fetched;
    refused = null;
    renewAt = renewAt(fetched, now);
    if (renewed) {
      onRefresh.accept(fetched);
    }
    return fetched;
  }

  private Token fetchUnchecked() {
    try {
      return provider.fetch();
    } catch (SourceException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while a token was fetched", e);
    } catch (Exception e) {
      throw new TransportException("the token provider failed: " + e.getClass().getName(), e);
    }
  }

  // A token of a few minutes must not be renewed all the time: at most a fifth of its life is left
  // over.
  private @Nullable Instant renewAt(Token fetched, Instant now) {
    Instant expiry = fetched.expiresAt();
    if (expiry == null) {
      return null;
    }
    Duration fifth = Duration.between(now, expiry).dividedBy(5);
    return expiry.minus(fifth.compareTo(renewBefore) < 0 ? fifth : renewBefore);
  }

  private static boolean isNewer(Token token, Token old) {
    Instant expiry = token.expiresAt();
    Instant oldExpiry = old.expiresAt();
    return expiry == null || (oldExpiry != null && expiry.isAfter(oldExpiry));
  }
}
