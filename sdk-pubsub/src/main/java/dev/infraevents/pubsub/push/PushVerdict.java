package dev.infraevents.pubsub.push;

/** Whether a push is genuine. */
public sealed interface PushVerdict {

  /**
   * The push comes from Pub/Sub, for this endpoint, on behalf of an expected service account.
   *
   * @param claims what the token says
   */
  record Accepted(PushClaims claims) implements PushVerdict {}

  /**
   * The request must not be processed. Neither its body nor its headers are to be looked at any
   * further.
   *
   * @param reason why
   */
  record Refused(RefusalReason reason) implements PushVerdict {

    /**
     * What to answer, with an empty body.
     *
     * @return an HTTP status: 401, 403, 500 or 503
     */
    public int status() {
      return reason.status();
    }
  }
}
