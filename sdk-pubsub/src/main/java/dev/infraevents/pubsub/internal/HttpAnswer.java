package dev.infraevents.pubsub.internal;

import dev.infraevents.Bytes;
import dev.infraevents.spi.RetryAfter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer over HTTP, whatever its status.
 *
 * @param status the HTTP status
 * @param headers values by name; names are in lower case
 * @param body the whole body; may hold or echo a secret
 */
public record HttpAnswer(int status, Map<String, List<String>> headers, Bytes body) {

  /**
   * The value of a header that comes once.
   *
   * @param name its name, in any case
   * @return the value, the first one if there are several, or null if there is none
   */
  public @Nullable String header(String name) {
    List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
    return values == null || values.isEmpty() ? null : values.get(0);
  }

  /**
   * How long the server asks to be left alone.
   *
   * @return the wait, or null if it does not say
   */
  public @Nullable Duration retryAfter() {
    return RetryAfter.of(header("retry-after"), header("date"));
  }

  /** Shows neither headers nor body. */
  @Override
  public String toString() {
    return "HttpAnswer[" + status + "]";
  }
}
