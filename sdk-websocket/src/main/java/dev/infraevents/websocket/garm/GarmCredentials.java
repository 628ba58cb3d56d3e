package dev.infraevents.websocket.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import java.util.Objects;
import java.util.function.Function;

/**
 * How to prove to GARM who asks. Events need an admin: GARM has no read-only token for them.
 * Immutable; {@link #toString()} shows no secret.
 */
public final class GarmCredentials {

  /** What a login needs: the same for every way, though only a password uses it. */
  private final Function<GarmLogin, TokenProvider> provider;

  private final String kind;

  private GarmCredentials(String kind, Function<GarmLogin, TokenProvider> provider) {
    this.kind = kind;
    this.provider = provider;
  }

  /**
   * Logs in with a password. Tokens live 24 hours or more; a new one is fetched by logging in
   * again.
   *
   * @param username the user's name or e-mail address
   * @param password the password
   * @return credentials that renew themselves
   * @throws ConfigurationException if one is empty; GARM would refuse that
   */
  public static GarmCredentials password(String username, String password) {
    if (username.isEmpty() || password.isEmpty()) {
      throw new ConfigurationException("a login needs a user name and a password", null);
    }
    return new GarmCredentials("password", login -> () -> login.login(username, password));
  }

  /**
   * Uses a token that was made elsewhere, such as the one garm-cli keeps. It can not be renewed:
   * GARM closes the connection when it expires, and the subscription then fails.
   *
   * @param jwt the token
   * @return credentials with an end
   * @throws ConfigurationException if it is empty or holds a line break
   */
  public static GarmCredentials token(String jwt) {
    TokenProvider fixed = TokenProvider.fixed(Token.ofJwt(jwt));
    return new GarmCredentials("token", login -> fixed);
  }

  /**
   * Uses tokens from anywhere. Give them their expiry ({@link Token#ofJwt}), so that they are
   * renewed in time.
   *
   * @param provider asked for each new token
   * @return credentials that renew themselves
   */
  public static GarmCredentials provider(TokenProvider provider) {
    Objects.requireNonNull(provider, "provider");
    return new GarmCredentials("provider", login -> provider);
  }

  TokenProvider tokens(GarmLogin login) {
    return provider.apply(login);
  }

  @Override
  public String toString() {
    return "GarmCredentials[" + kind + "]";
  }
}
