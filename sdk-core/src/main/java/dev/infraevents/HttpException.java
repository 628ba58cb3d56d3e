package dev.infraevents;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The server answered over HTTP, but not with what was asked for. */
public abstract sealed class HttpException extends SourceException
    permits HandshakeException, RequestException {

  private static final long serialVersionUID = 1L;
  // Whatever sounds like a secret: a gateway may send back what it was sent.
  private static final Pattern SECRET_HEADER =
      Pattern.compile("cookie|authorization|token|secret|password|api-?key");

  /** The HTTP status. */
  private final int status;

  private final transient Map<String, List<String>> headers;

  /** The response body. */
  private final String body;

  /** How long the server asked to be left alone, or null. */
  private final @Nullable Duration retryAfter;

  /**
   * Keeps the answer.
   *
   * @param headers those that can hold a secret are left out
   */
  HttpException(
      String message,
      boolean retryable,
      int status,
      Map<String, List<String>> headers,
      String body,
      @Nullable Duration retryAfter) {
    super(message, null, retryable);
    this.status = status;
    this.headers = withoutSecrets(headers);
    this.body = body;
    this.retryAfter = retryAfter;
  }

  private static Map<String, List<String>> withoutSecrets(Map<String, List<String>> headers) {
    var shown = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach(
        (name, values) -> {
          if (!SECRET_HEADER.matcher(name.toLowerCase(Locale.ROOT)).find()) {
            shown.put(name, List.copyOf(values));
          }
        });
    return Collections.unmodifiableMap(shown);
  }

  /**
   * The HTTP status.
   *
   * @return for example 409
   */
  public final int status() {
    return status;
  }

  /**
   * The response headers, without those that can hold a secret.
   *
   * @return an immutable map whose keys ignore case; empty after deserialisation
   */
  public final Map<String, List<String>> headers() {
    return headers == null ? Map.of() : headers;
  }

  /**
   * The response body.
   *
   * @return text, possibly cut; may be empty
   */
  public final String body() {
    return body;
  }

  /**
   * How long the server asked to be left alone ({@code Retry-After}).
   *
   * @return the wait, or null if it did not say
   */
  @Override
  public final @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
