package dev.infraevents;

import org.jspecify.annotations.Nullable;

/** The peer said something that its protocol does not allow, or refused what was asked of it. */
public final class ProtocolException extends SourceException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened and what to do next; no secret, no payload
   * @param cause the underlying error, or null
   * @param retryable whether a new connection may help
   */
  public ProtocolException(String message, @Nullable Throwable cause, boolean retryable) {
    super(message, cause, retryable);
  }
}
