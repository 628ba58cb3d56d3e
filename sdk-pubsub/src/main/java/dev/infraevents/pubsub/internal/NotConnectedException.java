package dev.infraevents.pubsub.internal;

import java.io.IOException;

/** The cause of a failure before anything was sent: the server can not have done what was asked. */
public final class NotConnectedException extends IOException {

  private static final long serialVersionUID = 1L;

  NotConnectedException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
