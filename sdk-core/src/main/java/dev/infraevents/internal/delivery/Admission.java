package dev.infraevents.internal.delivery;

/**
 * How an admission went, and what the caller has to do now that the lock is released.
 *
 * @param how what became of the message
 * @param worker a worker has been reserved and is to be started
 * @param room whether another message would fit
 * @param lagging the buffer has just become half full
 * @param drops something was dropped, this message or older ones
 */
record Admission(How how, boolean worker, boolean room, boolean lagging, boolean drops) {

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

  static final Admission CLOSED = new Admission(How.CLOSED, false, false, false, false);
}
