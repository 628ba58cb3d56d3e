package dev.infraevents;

import org.jspecify.annotations.Nullable;

/** The connection could not be made or broke: refused, reset, timed out, silent. Retried. */
public final class TransportException extends SourceException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened and what to do next; no secret, no payload
   * @param cause the underlying error, or null
   */
  public TransportException(String message, @Nullable Throwable cause) {
    super(message, cause, true);
  }
}
