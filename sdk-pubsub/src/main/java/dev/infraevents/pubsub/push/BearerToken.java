package dev.infraevents.pubsub.push;

import java.util.List;

/** Takes the token out of the header. */
final class BearerToken {

  static final int MAX_LENGTH = 8 << 10;

  private static final String SCHEME = "Bearer ";

  private BearerToken() {}

  /**
   * The text of the token, of which nothing is known but that it is not too long.
   *
   * @param authorization the values of all headers of that name
   */
  static String of(List<String> authorization) throws RefusedException {
    if (authorization.isEmpty()) {
      throw new RefusedException(RefusalReason.NO_AUTHORIZATION);
    }
    if (authorization.size() > 1) {
      throw new RefusedException(RefusalReason.SEVERAL_AUTHORIZATIONS);
    }
    String value = authorization.get(0);
    if (value.length() > SCHEME.length() + MAX_LENGTH) {
      throw new RefusedException(RefusalReason.TOKEN_TOO_LONG);
    }
    if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new RefusedException(RefusalReason.NOT_BEARER);
    }
    return value.substring(SCHEME.length());
  }

  /** Refuses what can be no token at all, before anything is decoded. */
  static void checkCharacters(String token) throws RefusedException {
    if (token.isEmpty()) {
      throw new RefusedException(RefusalReason.NOT_BEARER);
    }
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c == ',') { // several headers, folded into one on the way
        throw new RefusedException(RefusalReason.SEVERAL_AUTHORIZATIONS);
      }
      if (c <= ' ' || c >= 0x7F) {
        throw new RefusedException(RefusalReason.NOT_BEARER);
      }
    }
  }
}
