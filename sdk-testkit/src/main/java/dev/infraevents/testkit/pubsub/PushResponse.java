package dev.infraevents.testkit.pubsub;

import java.util.Set;

/**
 * What became of one push. The classes are those of Google's metrics.
 *
 * @param outcome what Pub/Sub takes it for
 * @param status the status of the answer, 0 if there was none
 * @param body the body of the answer, read as UTF-8
 */
public record PushResponse(Outcome outcome, int status, String body) {

  private static final Set<Integer> ACKNOWLEDGING = Set.of(102, 200, 201, 202, 204);

  /** What Pub/Sub takes an answer for. */
  public enum Outcome {
    /** 102, 200, 201, 202 or 204, which means: processed. */
    ACK,
    /** Any other status: the message comes again. */
    NACK,
    /** No answer within the acknowledgement deadline: the message comes again. */
    DEADLINE_EXCEEDED,
    /** No connection, or it ended before the answer did: the message comes again. */
    UNREACHABLE
  }

  static PushResponse of(int status, String body) {
    return new PushResponse(
        ACKNOWLEDGING.contains(status) ? Outcome.ACK : Outcome.NACK, status, body);
  }

  static PushResponse without(Outcome outcome) {
    return new PushResponse(outcome, 0, "");
  }

  /**
   * Says whether the message is done with.
   *
   * @return true for {@link Outcome#ACK}
   */
  public boolean acknowledged() {
    return outcome == Outcome.ACK;
  }
}
