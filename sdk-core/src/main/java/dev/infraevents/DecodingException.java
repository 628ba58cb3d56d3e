package dev.infraevents;

import org.jspecify.annotations.Nullable;

/**
 * One message could not be read. It goes to the dead-letter callback with its raw bytes, and the
 * stream goes on.
 */
public final class DecodingException extends SourceException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened and what to do next; no secret, no payload
   * @param cause the underlying error, or null
   */
  public DecodingException(String message, @Nullable Throwable cause) {
    super(message, cause, true);
  }
}
