package dev.infraevents.websocket.garm;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.infraevents.spi.OneLine;
import dev.infraevents.spi.RetryAfter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer of GARM, or of a proxy in front of it, that is not an upgrade.
 *
 * @param status the HTTP status
 * @param headers the response headers
 * @param fullBody the start of the body as it came; may echo a secret, so it is never shown
 * @param body the same in one line, without the secrets of the request
 * @param error the {@code error} of a JSON body, or empty: GARM also answers in plain text
 * @param details the {@code details} of a JSON body, or empty
 */
record GarmAnswer(
    int status,
    Map<String, List<String>> headers,
    String fullBody,
    String body,
    String error,
    String details) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_BODY = 64 * 1024;
  private static final int MAX_WORDS = 200;

  /**
   * Reads an answer.
   *
   * @param secrets of the request; a gateway may send back what it was sent
   */
  static GarmAnswer of(Response response, Collection<String> secrets) throws IOException {
    String full = response.peekBody(MAX_BODY).string().strip();
    JsonNode json = parse(full);
    return new GarmAnswer(
        response.code(),
        response.headers().toMultimap(),
        full,
        OneLine.without(secrets, full),
        OneLine.without(secrets, json.path("error").asText("")),
        OneLine.without(secrets, json.path("details").asText("")));
  }

  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      return JSON.missingNode();
    }
  }

  boolean isJson() {
    return !error.isEmpty() || !details.isEmpty();
  }

  /** The server's own words, short enough for a message. */
  String words() {
    String words = isJson() ? (error + ": " + details) : body;
    return words.length() > MAX_WORDS ? words.substring(0, MAX_WORDS) + "..." : words;
  }

  @Nullable String header(String name) {
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      if (header.getKey().equalsIgnoreCase(name) && !header.getValue().isEmpty()) {
        return header.getValue().get(0);
      }
    }
    return null;
  }

  /** {@code Retry-After}: seconds, or a date, which is compared with the answer's own. */
  @Nullable Duration retryAfter() {
    return RetryAfter.of(header("Retry-After"), header("Date"));
  }

  /** When it was sent, by the server's own clock, by which it also judges tokens. */
  @Nullable Instant sentAt() {
    return RetryAfter.date(header("Date"));
  }

  /** Shows no body: it may echo a secret. */
  @Override
  public String toString() {
    return "GarmAnswer[" + status + "]";
  }
}
