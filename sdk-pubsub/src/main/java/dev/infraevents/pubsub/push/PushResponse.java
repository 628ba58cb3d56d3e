package dev.infraevents.pubsub.push;

import java.util.Map;

/**
 * What to answer a {@link PushRequest}, without a body.
 *
 * @param status the HTTP status: 204 acknowledges, all others ask for another delivery
 * @param headers headers to set, in no order
 */
public record PushResponse(int status, Map<String, String> headers) {

  static final PushResponse ACKNOWLEDGED = of(204);
  static final PushResponse BROKEN_OFF = of(400);
  static final PushResponse NOT_OURS = of(403);
  static final PushResponse NOT_FOUND = of(404);
  static final PushResponse NO_POST = new PushResponse(405, Map.of("Allow", "POST"));
  static final PushResponse FAILED = of(500);
  static final PushResponse NOT_NOW = of(503);

  private static final int UNAUTHORIZED = 401;

  /**
   * Copies the headers.
   *
   * @param status the HTTP status
   * @param headers headers to set
   */
  public PushResponse {
    headers = Map.copyOf(headers);
  }

  static PushResponse to(RefusalReason refusal) {
    int status = refusal.status();
    return status == UNAUTHORIZED
        ? new PushResponse(status, Map.of("WWW-Authenticate", "Bearer"))
        : of(status);
  }

  private static PushResponse of(int status) {
    return new PushResponse(status, Map.of());
  }
}
