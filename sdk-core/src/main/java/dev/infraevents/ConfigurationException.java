package dev.infraevents;

import org.jspecify.annotations.Nullable;

/**
 * A setting can not work as it is: bad URL, unreadable certificate, unusable filter. Not retried.
 */
public final class ConfigurationException extends SourceException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened and what to do next; no secret, no payload
   * @param cause the underlying error, or null
   */
  public ConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause, false);
  }
}
