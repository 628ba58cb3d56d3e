package dev.infraevents.testkit.garm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.testkit.garm.GarmAccounts.Account;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;

/**
 * Makes a token that the fake would not give out by itself. Without further calls it is the
 * administrator's, as from a login.
 */
public final class GarmTokenBuilder {

  private final GarmTokens tokens;
  private final InstantSource clock;
  private final Function<String, Account> users;
  private final Duration timeToLive;

  private String algorithm = "HS256";
  private ObjectNode claims;

  GarmTokenBuilder(
      GarmTokens tokens,
      InstantSource clock,
      Duration timeToLive,
      Function<String, Account> users,
      String username) {
    this.tokens = tokens;
    this.clock = clock;
    this.timeToLive = timeToLive;
    this.users = users;
    this.claims = claimsOf(username);
  }

  /**
   * Makes it the token of another user, and forgets what was said before about claims.
   *
   * @param username a user of the fake, such as the one without admin rights
   * @return this builder
   */
  public GarmTokenBuilder user(String username) {
    claims = claimsOf(username);
    return this;
  }

  /**
   * Lets the token have expired a minute ago by the clock of the fake.
   *
   * @return this builder
   */
  public GarmTokenBuilder expired() {
    return expiresAt(clock.instant().minusSeconds(60));
  }

  /**
   * Sets when the token expires.
   *
   * @param expiry the time, which the token holds in whole seconds
   * @return this builder
   */
  public GarmTokenBuilder expiresAt(Instant expiry) {
    claims.put("exp", expiry.getEpochSecond());
    return this;
  }

  /**
   * Leaves {@code exp} out. GARM accepts an upgrade with such a token and closes the connection at
   * once.
   *
   * @return this builder
   */
  public GarmTokenBuilder withoutExpiry() {
    claims.remove("exp");
    return this;
  }

  /**
   * Gives the token an empty user, as the tokens for metrics have. The API refuses them.
   *
   * @return this builder
   */
  public GarmTokenBuilder forMetrics() {
    claims.put("user", "").put("read_metrics", true);
    return this;
  }

  /**
   * Sets the password generation. A token with another one than the user's current is refused.
   *
   * @param generation the number of password changes so far
   * @return this builder
   */
  public GarmTokenBuilder generation(long generation) {
    claims.put("generation", generation);
    return this;
  }

  /**
   * Sets the algorithm of the signature. GARM signs with HS256 and accepts every HMAC.
   *
   * @param name {@code HS256}, {@code HS384} or {@code HS512}
   * @return this builder
   */
  public GarmTokenBuilder algorithm(String name) {
    algorithm = name;
    return this;
  }

  /**
   * Signs the token.
   *
   * @return the token
   */
  public String mint() {
    return tokens.issue(algorithm, claims);
  }

  /**
   * Signs the token and spoils the signature.
   *
   * @return a token that looks right and is refused
   */
  public String mintBadlySigned() {
    String token = mint();
    int dot = token.lastIndexOf('.');
    char first = token.charAt(dot + 1) == 'A' ? 'B' : 'A';
    return token.substring(0, dot + 1) + first + token.substring(dot + 2);
  }

  private ObjectNode claimsOf(String username) {
    return GarmTokens.claims(users.apply(username), clock.instant().plus(timeToLive));
  }
}
