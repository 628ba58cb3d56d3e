package dev.infraevents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A credential with an end. Its text never appears in {@link #toString()}.
 *
 * @param value the secret
 * @param expiresAt when the issuer stops accepting it, or null if that is not known
 */
public record Token(String value, @Nullable Instant expiresAt) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Checks the value.
   *
   * @param value the secret
   * @param expiresAt when the issuer stops accepting it, or null if that is not known
   * @throws ConfigurationException if the value is empty, or holds white space or a control
   *     character, which no HTTP header can carry (a file's last line break, most often)
   */
  public Token {
    if (value.isEmpty()) {
      throw new ConfigurationException("the token is empty", null);
    }
    if (value.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
      throw new ConfigurationException(
          "the token holds white space or other characters that a header can not carry;"
              + " is there a line break at its end?",
          null);
    }
  }

  /**
   * A token that is not known to expire.
   *
   * @param value the secret
   * @return the token
   */
  public static Token of(String value) {
    return new Token(value, null);
  }

  /**
   * Reads the expiry from a JSON web token's {@code exp}, without verifying it: the server does
   * that.
   *
   * @param value a compact JWT; anything else is taken as a token that is not known to expire
   * @return the token
   */
  public static Token ofJwt(String value) {
    return new Token(value, expiry(value));
  }

  private static @Nullable Instant expiry(String jwt) {
    String[] parts = jwt.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      JsonNode exp = JSON.readTree(Base64.getUrlDecoder().decode(parts[1])).path("exp");
      return exp.isNumber() ? Instant.ofEpochSecond(exp.asLong()) : null;
    } catch (IllegalArgumentException | DateTimeException | IOException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return "Token[expiresAt=" + expiresAt + "]";
  }
}
