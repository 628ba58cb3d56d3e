package dev.infraevents;

import org.jspecify.annotations.Nullable;

/**
 * The handler was too slow and the subscription was told to fail then ({@link
 * OverflowPolicy#fail()}).
 */
public final class OverflowException extends SourceException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened and what to do next; no secret, no payload
   * @param cause the underlying error, or null
   */
  public OverflowException(String message, @Nullable Throwable cause) {
    super(message, cause, false);
  }
}
