package dev.infraevents;

/** What a source can do. A verb a source can not honour says so instead of pretending. */
public enum Capability {
  /** An event can be acknowledged to the source. */
  ACK,
  /** The source confirms that it has taken an acknowledgement. */
  ACK_RECEIPT,
  /** The source can be told to deliver an event again. */
  NACK,
  /** As {@link #NACK}, after a delay of the handler's choice. */
  NACK_DELAY,
  /** The time to settle an event can be lengthened. */
  EXTEND,
  /** Past events can be read again from a chosen point. */
  REPLAY,
  /** A reconnect goes on where the last connection ended. */
  RESUME,
  /** Events arrive in the order in which they happened. */
  ORDERED,
  /** A filter is evaluated by the server. */
  SERVER_FILTER,
  /** What the stream missed can be found by listing state. */
  RECONCILE
}
