package dev.infraevents.internal.delivery;

import dev.infraevents.spi.Settlement;
import java.util.List;

/**
 * How an admission went, and what the caller has to do now that the lock is released.
 *
 * @param how what became of the message
 * @param worker a worker has been reserved and is to be started
 * @param room whether another message would fit
 * @param lagging the buffer has just become half full
 * @param dropped what had no room: this message, or older ones
 */
record Admission(How how, boolean worker, boolean room, boolean lagging, List<Settlement> dropped) {

  /** What became of a message that was brought. */
  enum How {
    TAKEN,
    /** Attached to the same event, which is still in progress. */
    ATTACHED,
    DROPPED,
    /** Counted, and nothing is left to do. */
    COUNTED,
    /** The engine is closing: the message was not taken. */
    CLOSED
  }

  static final Admission CLOSED = new Admission(How.CLOSED, false, false, false, List.of());
}
