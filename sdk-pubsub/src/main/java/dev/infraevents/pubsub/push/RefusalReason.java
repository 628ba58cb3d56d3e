package dev.infraevents.pubsub.push;

/**
 * Why a push was refused. For metrics and logs: whoever sent the request is told the {@linkplain
 * #status() status} and nothing else.
 */
public enum RefusalReason {

  /** There is no {@code Authorization} header. */
  NO_AUTHORIZATION(401),

  /** There are several {@code Authorization} headers, or several values in one. */
  SEVERAL_AUTHORIZATIONS(401),

  /** The header is not {@code Bearer}, one space, and a token. */
  NOT_BEARER(401),

  /** The token is longer than 8 KiB; Google's have about 1 KB. */
  TOKEN_TOO_LONG(401),

  /** The token is not three segments of base64url, or header or claims are not a JSON object. */
  MALFORMED_TOKEN(401),

  /** The token is not signed with RS256. */
  WRONG_ALGORITHM(401),

  /** The header of the token asks for an extension, or for another type of token. */
  UNSUPPORTED_HEADER(401),

  /** The header of the token does not name a key. */
  NO_KEY_ID(401),

  /** The token names a key that is not published, or not any more. */
  UNKNOWN_KEY(401),

  /** The published keys can not be fetched: it may pass, and the push comes again. */
  KEYS_UNAVAILABLE(503),

  /** The key that the token names has not signed it. */
  BAD_SIGNATURE(401),

  /** The token has expired. */
  EXPIRED(401),

  /** The token is of the future. If that happens to genuine pushes, check the clock. */
  NOT_YET_VALID(401),

  /** The times of the token are missing or not whole seconds, or it lives for over an hour. */
  INVALID_LIFETIME(401),

  /** The token was not issued by Google. */
  WRONG_ISSUER(401),

  /** The token is for another endpoint. */
  WRONG_AUDIENCE(401),

  /** The token was issued to another service account. */
  WRONG_SERVICE_ACCOUNT(403),

  /** The token has an address that Google did not verify. */
  EMAIL_NOT_VERIFIED(403),

  /** Verification failed in a way that it should not. */
  INTERNAL_ERROR(500);

  private final int status;

  RefusalReason(int status) {
    this.status = status;
  }

  /**
   * What to answer. Pub/Sub takes each of these for a negative acknowledgement.
   *
   * @return an HTTP status: 401, 403, 500 or 503
   */
  public int status() {
    return status;
  }
}
