package dev.infraevents;

/** What became of an attempt to settle a delivery. */
public enum AckOutcome {
  /** The source confirmed it. */
  CONFIRMED,
  /**
   * It was sent; the source gives no receipts, none has been asked for, or it can not be read as
   * long as there is no room for the events before it.
   */
  SENT,
  /** The source has no such verb: nothing was sent. GARM and Meshery know no acknowledgements. */
  NOT_APPLICABLE,
  /** Too late: the source has, or will have, delivered the event again. */
  DEADLINE_PASSED,
  /** The connection that brought the event is gone, and its acknowledgement with it. */
  STREAM_GONE,
  /** The source refused it, or the delivery had been settled another way before. */
  REFUSED
}
