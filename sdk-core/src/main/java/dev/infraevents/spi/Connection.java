package dev.infraevents.spi;

/** One connection. Both methods are idempotent, may be called from any thread and do not block. */
public interface Connection {

  /**
   * Brings no more messages, but still settles those it has brought. A transport without
   * acknowledgements may just as well close.
   */
  void stopReceiving();

  /** Sends what is to be sent and ends the connection. */
  void close();
}
