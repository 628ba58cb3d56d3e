package dev.infraevents.pubsub.push;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of a token. Keys that it brings along (jwk, jku, x5c, x5u) are not looked at.
 */
final class TokenHeader {

  private static final String ALGORITHM = "RS256";
  private static final String TYPE = "JWT";
  private static final int MAX_KEY_ID = 256;

  private @Nullable String algorithm;
  private @Nullable String keyId;
  private @Nullable String type = TYPE; // need not be there
  private boolean critical;

  private TokenHeader() {}

  /** Which key the token says that it is signed with. */
  static String keyIdOf(byte[] json) throws RefusedException {
    TokenHeader header = new TokenHeader();
    TokenJson.read(json, header::member);
    return header.keyId();
  }

  private void member(String name, JsonParser value) throws IOException {
    switch (name) {
      case "alg" -> algorithm = TokenJson.textOf(value);
      case "kid" -> keyId = TokenJson.textOf(value);
      case "typ" -> type = TokenJson.textOf(value);
      case "crit" -> critical = true;
      default -> {}
    }
  }

  private String keyId() throws RefusedException {
    // The algorithm is ours to choose: one that the token may choose is one that a forger chooses.
    if (!ALGORITHM.equals(algorithm)) {
      throw new RefusedException(RefusalReason.WRONG_ALGORITHM);
    }
    if (critical || !TYPE.equals(type)) {
      throw new RefusedException(RefusalReason.UNSUPPORTED_HEADER);
    }
    if (keyId == null || keyId.isEmpty() || keyId.length() > MAX_KEY_ID) {
      throw new RefusedException(RefusalReason.NO_KEY_ID);
    }
    return keyId;
  }
}
