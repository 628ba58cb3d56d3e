package dev.infraevents;

import org.jspecify.annotations.Nullable;

/**
 * A handler failed and the subscription was told to stop then ({@link FailureAction#STOP}). The
 * cause is what the handler threw.
 */
public final class HandlerException extends SourceException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened and what to do next; no secret, no payload
   * @param cause the underlying error, or null
   */
  public HandlerException(String message, @Nullable Throwable cause) {
    super(message, cause, false);
  }
}
