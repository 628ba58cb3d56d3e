package dev.infraevents.spi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One connection. All methods are idempotent, may be called from any thread and do not block. */
public interface Connection {

  /**
   * Brings no more messages, but still settles those it has brought. A transport without
   * acknowledgements may just as well close.
   */
  void stopReceiving();

  /**
   * Nothing will be settled any more: sends what is still to be sent, waits for what the server has
   * to say to it, and says goodbye. {@link #close} follows, at the latest when the subscription has
   * no more patience.
   *
   * @return completes when there is nothing to wait for; never exceptionally
   */
  default CompletionStage<Void> finish() {
    return CompletableFuture.completedStage(null);
  }

  /** Sends what is to be sent, waits for nothing, and ends the connection. */
  void close();
}
