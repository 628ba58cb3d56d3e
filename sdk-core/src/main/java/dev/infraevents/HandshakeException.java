package dev.infraevents;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server answered, but would not open the stream. The message quotes the server's own words
 * where it gave any.
 */
public final class HandshakeException extends HttpException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what was refused and what to do next; no secret
   * @param retryable whether the same request may be accepted later
   * @param status the HTTP status
   * @param headers the response headers; those that can hold a secret are left out
   * @param body the response body as text, possibly cut; may be empty
   * @param retryAfter how long the server asked to be left alone, or null if it did not
   */
  public HandshakeException(
      String message,
      boolean retryable,
      int status,
      Map<String, List<String>> headers,
      String body,
      @Nullable Duration retryAfter) {
    super(message, retryable, status, headers, body, retryAfter);
  }
}
