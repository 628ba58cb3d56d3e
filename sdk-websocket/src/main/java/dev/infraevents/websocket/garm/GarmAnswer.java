package dev.infraevents.websocket.garm;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer of GARM that is not an upgrade.
 *
 * @param status the HTTP status
 * @param headers the response headers
 * @param body the start of the body, as text
 * @param error the {@code error} of a JSON body, or empty: GARM also answers in plain text
 * @param details the {@code details} of a JSON body, or empty
 */
record GarmAnswer(
    int status, Map<String, List<String>> headers, String body, String error, String details) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_BODY = 64 * 1024;

  static GarmAnswer of(Response response) throws IOException {
    String body = response.peekBody(MAX_BODY).string().strip();
    JsonNode json = parse(body);
    return new GarmAnswer(
        response.code(),
        response.headers().toMultimap(),
        body,
        json.path("error").asText(""),
        json.path("details").asText(""));
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
    return words.length() > 200 ? words.substring(0, 200) + "..." : words;
  }

  @Nullable String header(String name) {
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      if (header.getKey().equalsIgnoreCase(name) && !header.getValue().isEmpty()) {
        return header.getValue().get(0);
      }
    }
    return null;
  }

  /** {@code Retry-After} in seconds; the date form is not worth a clock comparison. */
  @Nullable Duration retryAfter() {
    String seconds = header("Retry-After");
    return seconds != null && seconds.matches("[0-9]{1,9}")
        ? Duration.ofSeconds(Long.parseLong(seconds))
        : null;
  }
}
