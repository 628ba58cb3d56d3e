package dev.infraevents.testkit.engflow;

import java.time.Instant;

/**
 * One acknowledgement token that a client sent, and what became of it.
 *
 * @param token the token
 * @param reader the {@link EngFlowReader#number} of the stream that it came on
 * @param at when it came, by the server's clock
 * @param code the number of the gRPC status that the receipt says: 0 if the acknowledgement counts,
 *     4 if it came too late, another if the token is unknown, belongs to another stream or has been
 *     sent before
 */
public record EngFlowAck(String token, int reader, Instant at, int code) {

  /**
   * Whether the acknowledgement counts.
   *
   * @return whether the code is 0
   */
  public boolean isAccepted() {
    return code == 0;
  }
}
