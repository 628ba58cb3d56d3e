package dev.infraevents.pubsub.push;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a token as they stand there. What has the wrong type is as good as missing, unless
 * it may be missing.
 */
final class TokenClaims {

  static final long INVALID = -1;
  static final long ABSENT = -2;

  private static final long END_OF_YEAR_9999 = 253_402_300_799L;

  @Nullable String issuer;
  @Nullable String audience;
  @Nullable String subject;
  @Nullable String email;
  boolean hasEmail;
  boolean emailVerified;
  long issuedAt = INVALID; // seconds, as the next two
  long expiresAt = INVALID;
  long notBefore = ABSENT;

  private TokenClaims() {}

  static TokenClaims of(byte[] json) throws RefusedException {
    TokenClaims claims = new TokenClaims();
    TokenJson.read(json, claims::member);
    return claims;
  }

  private void member(String name, JsonParser value) throws IOException {
    switch (name) {
      case "iss" -> issuer = TokenJson.textOf(value);
      case "aud" -> audience = TokenJson.textOf(value);
      case "sub" -> subject = TokenJson.textOf(value);
      case "email" -> {
        hasEmail = true;
        email = TokenJson.textOf(value);
      }
      case "email_verified" -> emailVerified = value.hasToken(JsonToken.VALUE_TRUE);
      case "iat" -> issuedAt = secondsOf(value);
      case "exp" -> expiresAt = secondsOf(value);
      case "nbf" -> notBefore = secondsOf(value);
      default -> {}
    }
  }

  private static long secondsOf(JsonParser value) throws IOException {
    if (!value.hasToken(JsonToken.VALUE_NUMBER_INT)
        || value.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      return INVALID;
    }
    long seconds = value.getLongValue();
    return seconds >= 0 && seconds <= END_OF_YEAR_9999 ? seconds : INVALID;
  }
}
