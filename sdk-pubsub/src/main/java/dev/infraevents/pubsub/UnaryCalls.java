package dev.infraevents.pubsub;

import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import java.time.Duration;

/**
 * What a client of Google's has still to tell the server. The client says that it has ended while
 * one of its threads may be about to send the last acknowledgements, so its channel must not be
 * closed right then. Thread-safe.
 */
final class UnaryCalls {

  // All below guarded by this.
  private int unsent; // acknowledgements and nacks; too few where some are sent twice
  private int open;
  private boolean abandoned;

  /** The client was given an acknowledgement or a nack, which it sends in its own time. */
  synchronized void toSend() {
    unsent++;
  }

  synchronized void opened() {
    open++;
  }

  synchronized void sent(Object request) {
    if (request instanceof AcknowledgeRequest acks) {
      unsent = Math.max(0, unsent - acks.getAckIdsCount());
    } else if (request instanceof ModifyAckDeadlineRequest nacks
        && nacks.getAckDeadlineSeconds() == 0) {
      unsent = Math.max(0, unsent - nacks.getAckIdsCount());
    }
    notifyAll();
  }

  synchronized void closed() {
    open--;
    notifyAll();
  }

  /** There is no server to tell anything. */
  synchronized void abandon() {
    abandoned = true;
    notifyAll();
  }

  /** Waits until everything has been sent and answered, but not for ever. */
  synchronized void awaitLast(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (long left = patience.toMillis();
          left > 0 && !abandoned && (unsent > 0 || open > 0);
          left = Duration.ofNanos(end - System.nanoTime()).toMillis()) {
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
