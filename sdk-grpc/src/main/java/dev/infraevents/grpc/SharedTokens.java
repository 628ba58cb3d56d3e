package dev.infraevents.grpc;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.spi.TokenCache;
import java.time.Duration;
import java.time.InstantSource;

/**
 * One token for all reads of a client: a thousand reads must not run a credential helper a thousand
 * times. Thread-safe.
 */
final class SharedTokens implements TokenProvider {

  private final TokenCache cache;

  SharedTokens(TokenProvider provider, Duration renewBefore, InstantSource clock) {
    this.cache = new TokenCache(provider, renewBefore, clock, token -> {});
  }

  @Override
  public Token fetch() {
    return cache.get().token();
  }

  /** The next {@link #fetch} gives another one. */
  void refuse(Token bad, AuthenticationException cause) {
    cache.refuse(bad, cause);
  }
}
