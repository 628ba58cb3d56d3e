package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.ReceivedCall;
import io.grpc.Status;
import java.util.UUID;

/** Which calls are let in: all, unless a token is asked for. */
final class BearerCheck {

  private static final String BEARER = "Bearer ";

  private final boolean demanded;

  // Guarded by this.
  private String token;

  BearerCheck(boolean demanded, String token) {
    this.demanded = demanded;
    this.token = token;
  }

  synchronized String token() {
    return token;
  }

  synchronized void expire() {
    token = "fake-pubsub-" + UUID.randomUUID();
  }

  Status check(ReceivedCall call) {
    String expected = BEARER + token();
    return !demanded || call.header("authorization").filter(expected::equals).isPresent()
        ? Status.OK
        : Status.UNAUTHENTICATED.withDescription("no valid access token");
  }
}
