package dev.infraevents;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A gRPC call ended with a status other than OK. */
public final class RpcException extends SourceException {

  private static final long serialVersionUID = 1L;

  /** The name of the status code. */
  private final String code;

  /** How long the server asked to be left alone, or null. */
  private final @Nullable Duration retryAfter;

  /**
   * Makes the exception.
   *
   * @param message what happened and what to do next; no secret, no payload
   * @param code the name of the status code, such as {@code NOT_FOUND}
   * @param retryable whether another call may help
   * @param retryAfter how long the server asked to be left alone, or null if it did not say
   * @param cause the underlying error, or null
   */
  public RpcException(
      String message,
      String code,
      boolean retryable,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause, retryable);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /**
   * The status code.
   *
   * @return its name, such as {@code NOT_FOUND} or {@code PERMISSION_DENIED}
   */
  public String code() {
    return code;
  }

  @Override
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
