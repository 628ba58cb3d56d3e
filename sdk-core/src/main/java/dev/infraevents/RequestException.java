package dev.infraevents;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to a REST API, a login among them, was answered with an error. The message quotes the
 * server's own words where it gave any.
 */
public final class RequestException extends HttpException {

  private static final long serialVersionUID = 1L;

  /** The server's word for the error. */
  private final String error;

  /** The server's explanation. */
  private final String details;

  /**
   * Makes the exception.
   *
   * @param message what was refused and what to do next; no secret
   * @param retryable whether the same request may be accepted later
   * @param status the HTTP status
   * @param error the server's own word for the error; empty if it gave none
   * @param details the server's own explanation; empty if it gave none
   * @param headers the response headers; those that can hold a secret are left out
   * @param body the response body as text, possibly cut; may be empty
   * @param retryAfter how long the server asked to be left alone, or null if it did not
   */
  public RequestException(
      String message,
      boolean retryable,
      int status,
      String error,
      String details,
      Map<String, List<String>> headers,
      String body,
      @Nullable Duration retryAfter) {
    super(message, retryable, status, headers, body, retryAfter);
    this.error = error;
    this.details = details;
  }

  /**
   * The server's own word for the error, by which to tell apart what has the same status.
   *
   * @return for example {@code Conflict}; empty if the answer had none
   */
  public String error() {
    return error;
  }

  /**
   * The server's own explanation.
   *
   * @return text for people; often empty
   */
  public String details() {
    return details;
  }
}
