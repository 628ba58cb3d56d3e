package dev.infraevents;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong between this library and a source. The message says what, and what to do
 * next; it never holds a secret or a payload.
 */
public abstract sealed class SourceException extends RuntimeException
    permits TransportException,
        HttpException,
        RpcException,
        IncompleteStreamException,
        AuthenticationException,
        ProtocolException,
        DecodingException,
        ConfigurationException,
        HandlerException,
        OverflowException {

  private static final long serialVersionUID = 1L;

  /** Whether trying again may help. */
  private final boolean retryable;

  SourceException(String message, @Nullable Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  /**
   * Says whether trying again may help.
   *
   * @return false if the subscription must end as {@link SourceState#FAILED}
   */
  public final boolean isRetryable() {
    return retryable;
  }

  /**
   * How long the server asked to be left alone.
   *
   * @return the wait, or null if it did not say
   */
  public @Nullable Duration retryAfter() {
    return null;
  }
}
