package dev.infraevents;

import org.jspecify.annotations.Nullable;

/**
 * The source does not accept the credentials. When a token is refused the SDK fetches a new one,
 * once; when the new one is refused too, or the login itself, the subscription fails.
 */
public final class AuthenticationException extends SourceException {

  private static final long serialVersionUID = 1L;

  /** The HTTP status, or 0. */
  private final int status;

  /**
   * Makes the exception.
   *
   * @param message what was refused and what to do next; no secret
   * @param status the HTTP status, or 0 where there was none
   * @param cause the underlying error, or null
   */
  public AuthenticationException(String message, int status, @Nullable Throwable cause) {
    super(message, cause, false);
    this.status = status;
  }

  /**
   * The status of the refusal.
   *
   * @return an HTTP status, or 0 where there was none
   */
  public int status() {
    return status;
  }
}
