package dev.infraevents;

/** What is done with an event whose handler has failed and has no tries left. */
public enum FailureAction {
  /**
   * Leave it to the source to deliver it again. The default where the source can; but a message
   * that can not be read is acknowledged by default if the source would deliver it again at once
   * ({@link Capability#NACK}), over and over.
   */
  NACK,
  /**
   * Hand it to the dead-letter callback, then acknowledge it. The default where the source can not
   * redeliver.
   */
  ACK_AND_REPORT,
  /** End the subscription as {@link SourceState#FAILED}; the event stays unsettled. */
  STOP
}
