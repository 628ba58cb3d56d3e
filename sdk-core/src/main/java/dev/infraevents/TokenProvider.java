package dev.infraevents;

/**
 * Supplies tokens. The SDK keeps the token it got, asks for the next one before it expires, and
 * asks once more when the server refuses it; a provider need not cache.
 *
 * <p>Called on a thread that may block, one call at a time; it is interrupted when the attempt to
 * connect has used up its time.
 */
@FunctionalInterface
public interface TokenProvider {

  /**
   * Fetches a token.
   *
   * @return a token that is valid now
   * @throws AuthenticationException if the login itself is refused; the subscription then fails
   * @throws Exception for any other trouble, which is retried
   */
  Token fetch() throws Exception;

  /**
   * Always the same token. It can not be renewed: when the server refuses it, the subscription
   * fails.
   *
   * @param token the token
   * @return a provider of it
   */
  static TokenProvider fixed(Token token) {
    return () -> token;
  }
}
