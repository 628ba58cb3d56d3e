package dev.infraevents.grpc;

/** How far a read of an invocation goes. */
public enum ReplayMode {
  /** All events there are, then those still to come, until the invocation is complete. */
  UNTIL_COMPLETE,
  /** The events that the store has now; the invocation need not be complete. */
  STOP_AFTER_LAST_KNOWN
}
