package dev.infraevents;

import java.time.Duration;

/**
 * What happens when a source that can not be slowed down (a websocket, an SSE stream) sends more
 * than the handler takes and the buffer is full. A drop is always counted and signalled as {@link
 * SourceSignal.GapPossible}. Sources that can be slowed down are slowed down instead.
 */
public sealed interface OverflowPolicy {

  /**
   * Waits for room, then drops the newest. The wait is a budget for the whole congestion, so that
   * reading goes on: a client that stops reading no longer answers pings, and GARM then drops
   * events without a word. The budget is restored when the buffer has drained to half.
   *
   * @param maxPause how long reading may stand still in one congestion; at most 10 seconds
   */
  record Block(Duration maxPause) implements OverflowPolicy {
    /**
     * Checks the pause.
     *
     * @param maxPause how long reading may stand still in one congestion
     * @throws IllegalArgumentException if it is negative or longer than 10 s; GARM ends a
     *     connection whose writes stall for 10 s, and waits 60 s for a pong
     */
    public Block {
      if (maxPause.isNegative() || maxPause.compareTo(Duration.ofSeconds(10)) > 0) {
        throw new IllegalArgumentException("maxPause must be 0 to 10 s, not " + maxPause);
      }
    }
  }

  /**
   * Drops the event that has waited longest, or the newest where even dropping all that wait would
   * make no room for it.
   */
  record DropOldest() implements OverflowPolicy {}

  /** Ends the subscription as {@link SourceState#FAILED}. */
  record Fail() implements OverflowPolicy {}

  /**
   * Waits for room, then drops the newest. The default, with 2 seconds.
   *
   * @param maxPause how long reading may stand still in one congestion; at most 10 seconds
   * @return the policy
   */
  static OverflowPolicy block(Duration maxPause) {
    return new Block(maxPause);
  }

  /**
   * Drops the event that has waited longest.
   *
   * @return the policy
   */
  static OverflowPolicy dropOldest() {
    return new DropOldest();
  }

  /**
   * Ends the subscription.
   *
   * @return the policy
   */
  static OverflowPolicy fail() {
    return new Fail();
  }
}
