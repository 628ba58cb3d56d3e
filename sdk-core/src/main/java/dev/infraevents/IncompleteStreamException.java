package dev.infraevents;

import org.jspecify.annotations.Nullable;

/**
 * What was read ended before its end: all that the server has was delivered, and it does not say
 * that this was everything. Not retried any more.
 */
public final class IncompleteStreamException extends SourceException {

  private static final long serialVersionUID = 1L;

  /** Of the last event that was delivered, or null. */
  private final @Nullable String continuationToken;

  /**
   * Makes the exception.
   *
   * @param message what is missing and what to do next; no secret, no payload
   * @param continuationToken that of the last event, or null if there was none
   * @param cause how the last attempt ended, or null if the server ended it without an error
   */
  public IncompleteStreamException(
      String message, @Nullable String continuationToken, @Nullable Throwable cause) {
    super(message, cause, false);
    this.continuationToken = continuationToken;
  }

  /**
   * Where another read can go on.
   *
   * @return the token of the last event that was delivered, or null if there was none
   */
  public @Nullable String continuationToken() {
    return continuationToken;
  }
}
