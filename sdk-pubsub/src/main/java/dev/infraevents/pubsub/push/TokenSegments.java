package dev.infraevents.pubsub.push;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The three segments of a token, strictly: there is exactly one text for the same content, so that
 * nothing can be hidden in how it is written.
 *
 * @param header the decoded header
 * @param claims the decoded claims
 * @param signature the signature, still base64url
 * @param signed what the signature is of
 */
record TokenSegments(byte[] header, byte[] claims, String signature, byte[] signed) {

  private static final byte[] VALUES = values();

  static TokenSegments of(String token) throws RefusedException {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first <= 0 || second <= first + 1 || second == token.length() - 1) {
      throw malformed();
    }
    String signature = token.substring(second + 1);
    check(signature); // refuses a fourth segment, too
    return new TokenSegments(
        decode(token.substring(0, first)),
        decode(token.substring(first + 1, second)),
        signature,
        token.substring(0, second).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] decode(String segment) throws RefusedException {
    check(segment);
    return Base64.getUrlDecoder().decode(segment);
  }

  // The JDK takes padding, and ignores bits that are left over.
  private static void check(String segment) throws RefusedException {
    for (int i = 0; i < segment.length(); i++) {
      if (valueOf(segment.charAt(i)) < 0) {
        throw malformed();
      }
    }
    int last = valueOf(segment.charAt(segment.length() - 1));
    int leftOver =
        switch (segment.length() % 4) {
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
