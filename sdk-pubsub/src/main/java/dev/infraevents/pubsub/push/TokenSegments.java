package dev.infraevents.pubsub.push;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The three segments of a token, strictly: there is exactly one text for the same content, so that
 * nothing can be hidden in how it is written.
 */
final class TokenSegments {

  private static final byte[] VALUES = values();

  private final String token;
  private final int firstDot;
  private final int secondDot;

  private TokenSegments(String token, int firstDot, int secondDot) {
    this.token = token;
    this.firstDot = firstDot;
    this.secondDot = secondDot;
  }

  static TokenSegments of(String token) throws RefusedException {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first <= 0 || second <= first + 1 || second == token.length() - 1) {
      throw malformed();
    }
    check(token, 0, first);
    check(token, first + 1, second);
    check(token, second + 1, token.length()); // refuses a fourth segment, too
    return new TokenSegments(token, first, second);
  }

  /** The decoded header. */
  byte[] header() {
    return Base64.getUrlDecoder().decode(token.substring(0, firstDot));
  }

  /** The decoded claims. */
  byte[] claims() {
    return Base64.getUrlDecoder().decode(token.substring(firstDot + 1, secondDot));
  }

  /** The signature, still base64url. */
  String signature() {
    return token.substring(secondDot + 1);
  }

  /** What the signature is of. */
  byte[] signed() {
    return token.substring(0, secondDot).getBytes(StandardCharsets.ISO_8859_1);
  }

  // The JDK takes padding, and ignores bits that are left over.
  private static void check(String token, int from, int to) throws RefusedException {
    for (int i = from; i < to; i++) {
      if (valueOf(token.charAt(i)) < 0) {
        throw malformed();
      }
    }
    int last = valueOf(token.charAt(to - 1));
    int leftOver =
        switch ((to - from) % 4) {
          case 0 -> 0;
          case 2 -> last & 0xF;
          case 3 -> last & 0x3;
          default -> 1; // one character is no byte
        };
    if (leftOver != 0) {
      throw malformed();
    }
  }

  private static int valueOf(char c) {
    return c < VALUES.length ? VALUES[c] : -1;
  }

  private static byte[] values() {
    byte[] values = new byte[128];
    Arrays.fill(values, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < alphabet.length(); i++) {
      values[alphabet.charAt(i)] = (byte) i;
    }
    return values;
  }

  private static RefusedException malformed() {
    return new RefusedException(RefusalReason.MALFORMED_TOKEN);
  }
}
