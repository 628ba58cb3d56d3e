package dev.infraevents.testkit;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which keys name a secret. Case and separators do not matter: {@code api-key} is {@code apiKey}.
 */
final class SecretKeys {

  /** A key that holds one of these anywhere is one: {@code webhook_secret}, {@code ghToken}. */
  private static final List<String> WORDS =
      List.of(
          "token",
          "password",
          "passwd",
          "passphrase",
          "secret",
          "authorization",
          "apikey",
          "privatekey",
          "accesskey",
          "signingkey",
          "oauth",
          "cookie",
          "jwt",
          "bearer");

  private final Set<String> further;

  SecretKeys(String... further) {
    this.further =
        Stream.of(further).map(SecretKeys::plain).collect(Collectors.toUnmodifiableSet());
    if (this.further.contains("")) {
      throw new IllegalArgumentException("the name of a secret needs a letter or a digit");
    }
  }

  boolean contain(String key) {
    String plain = plain(key);
    return further.contains(plain) || WORDS.stream().anyMatch(plain::contains);
  }

  private static String plain(String key) {
    StringBuilder plain = new StringBuilder(key.length());
    key.codePoints().filter(Character::isLetterOrDigit).forEach(plain::appendCodePoint);
    return plain.toString().toLowerCase(Locale.ROOT);
  }
}
