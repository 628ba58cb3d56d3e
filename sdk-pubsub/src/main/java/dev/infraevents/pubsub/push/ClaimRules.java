package dev.infraevents.pubsub.push;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a token has to say.
 *
 * @param audiences exact
 * @param accounts addresses and numeric ids; null for any
 * @param skew in seconds
 */
record ClaimRules(Set<String> audiences, @Nullable Set<String> accounts, long skew) {

  // Both are Google's; the second is that of older tokens.
  private static final Set<String> ISSUERS =
      Set.of("https://accounts.google.com", "accounts.google.com");

  private static final long LONGEST_LIFE = Duration.ofHours(1).toSeconds();

  PushClaims check(TokenClaims claims, String keyId, Instant now) throws RefusedException {
    checkTimes(claims, now.getEpochSecond());
    if (claims.issuer == null || !ISSUERS.contains(claims.issuer)) {
      throw new RefusedException(RefusalReason.WRONG_ISSUER);
    }
    if (claims.audience == null || !audiences.contains(claims.audience)) {
      throw new RefusedException(RefusalReason.WRONG_AUDIENCE);
    }
    checkAccount(claims);
    return new PushClaims(
        claims.issuer,
        claims.audience,
        Objects.requireNonNull(claims.subject),
        claims.email,
        Instant.ofEpochSecond(claims.issuedAt),
        Instant.ofEpochSecond(claims.expiresAt),
        keyId);
  }

  private void checkTimes(TokenClaims claims, long now) throws RefusedException {
    long issued = claims.issuedAt;
    long expires = claims.expiresAt;
    if (issued == TokenClaims.INVALID
        || expires == TokenClaims.INVALID
        || claims.notBefore == TokenClaims.INVALID
        || expires < issued
        || expires - issued > LONGEST_LIFE + skew) {
      throw new RefusedException(RefusalReason.INVALID_LIFETIME);
    }
    if (expires <= now - skew) {
      throw new RefusedException(RefusalReason.EXPIRED);
    }
    if (Math.max(issued, claims.notBefore) > now + skew) {
      throw new RefusedException(RefusalReason.NOT_YET_VALID);
    }
  }

  private void checkAccount(TokenClaims claims) throws RefusedException {
    boolean expected =
        accounts == null
            || (claims.email != null && accounts.contains(claims.email))
            || (claims.subject != null && accounts.contains(claims.subject));
    if (!expected || claims.subject == null || (claims.hasEmail && claims.email == null)) {
      throw new RefusedException(RefusalReason.WRONG_SERVICE_ACCOUNT);
    }
    if (claims.hasEmail && !claims.emailVerified) {
      throw new RefusedException(RefusalReason.EMAIL_NOT_VERIFIED);
    }
  }
}
