package dev.infraevents.pubsub.queues;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.infraevents.Bytes;
import dev.infraevents.RequestException;
import dev.infraevents.pubsub.internal.HttpAnswer;
import dev.infraevents.spi.OneLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * An error answer of the API, or of whatever stands before it. There is no one form: {@code msg} or
 * {@code message}, {@code errors} as a list or by field, text, a page, or nothing.
 *
 * @param message the server's own word; empty if there is none
 * @param errors what it says beside that, joined; often empty
 * @param body in one line, without the secrets of the request, possibly cut
 */
record ApiAnswer(HttpAnswer http, String message, String errors, String body) {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int MAX_BODY = 4096;

  /** What is longer is no message for people; fioctl shows no more either. */
  private static final int MAX_WORDS = 512;

  /**
   * Reads an answer.
   *
   * @param secrets of the request: a gateway may send back what it was sent
   */
  static ApiAnswer of(HttpAnswer answer, Collection<String> secrets) {
    JsonNode json = parse(answer.body());
    String msg = json.path("msg").asText("");
    String message = msg.isEmpty() ? json.path("message").asText("") : msg;
    String body = OneLine.without(secrets, answer.body().utf8()).strip();
    return new ApiAnswer(
        answer,
        OneLine.without(secrets, message),
        OneLine.without(secrets, joined(json.path("errors"))),
        cut(body, MAX_BODY));
  }

  /** Reads JSON; what is none is a missing node. */
  static JsonNode parse(Bytes body) {
    try {
      JsonNode json = JSON.readTree(body.toByteArray());
      return json == null ? MissingNode.getInstance() : json;
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  private static String joined(JsonNode errors) {
    List<String> parts = new ArrayList<>();
    if (errors.isObject()) {
      errors.properties().forEach(e -> parts.add(e.getKey() + ": " + text(e.getValue())));
    } else if (errors.isArray()) {
      errors.forEach(error -> parts.add(text(error)));
    } else {
      return errors.asText("");
    }
    return String.join("; ", parts);
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }

  int status() {
    return http.status();
  }

  /** Whether it may go by itself. */
  boolean isPassing() {
    return status() >= 500 || status() == 429 || status() == 408;
  }

  /** The server's own words, short enough for a message. */
  String words() {
    if (!message.isEmpty() || !errors.isEmpty()) {
      String between = message.isEmpty() || errors.isEmpty() ? "" : ": ";
      return cut(message + between + errors, MAX_WORDS);
    }
    if (body.isEmpty()) {
      return "without a word";
    }
    String type = http.header("content-type");
    boolean page = type != null && type.startsWith("text/html");
    return page || body.length() >= MAX_WORDS
        ? "%d bytes of %s".formatted(http.body().size(), page ? "HTML" : "text")
        : body;
  }

  /**
   * Says what was refused.
   *
   * @param who such as {@code https://api.foundries.io answered GET}
   * @param advice what to do next; may be empty
   */
  RequestException exception(String who, String advice) {
    return new RequestException(
        "%s with %d (%s)%s"
            .formatted(who, status(), words(), advice.isEmpty() ? "" : ": " + advice),
        isPassing(),
        status(),
        message,
        errors,
        http.headers(),
        body,
        http.retryAfter());
  }

  private static String cut(String text, int length) {
    return text.length() > length ? text.substring(0, length) + "..." : text;
  }

  /** Shows no body: it may hold a key. */
  @Override
  public String toString() {
    return "ApiAnswer[" + status() + "]";
  }
}
