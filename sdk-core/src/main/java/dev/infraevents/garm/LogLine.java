package dev.infraevents.garm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.Bytes;
import dev.infraevents.OpenEnum;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record of the server's log. 0.1.x writes it as a line of {@code key=value}, later versions as
 * a JSON object; it reads the same here. Whatever is neither still arrives, with all of its text as
 * the message.
 *
 * <p>Immutable, as long as nobody changes a node.
 *
 * @param time when it was logged, by the server's clock: to the millisecond in 0.1.x, to the
 *     nanosecond later; null when not set
 * @param level how grave it is; not set if the server does not say
 * @param message the text; may be empty
 * @param attributes what was logged besides, in the order it came: any JSON, or strings if the
 *     server is a 0.1.x. Of several with one name the last. Do not change the nodes
 */
public record LogLine(
    @Nullable Instant time,
    OpenEnum<LogLevel> level,
    String message,
    Map<String, JsonNode> attributes) {

  /**
   * Copies the attributes.
   *
   * @param time when it was logged, or null
   * @param level how grave it is
   * @param message the text
   * @param attributes what was logged besides
   */
  public LogLine {
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  /**
   * Reads one message of the log's websocket.
   *
   * @param text the message, of any server version
   * @return the line; nothing is refused
   */
  public static LogLine decode(Bytes text) {
    return LogReader.read(text.utf8()).line();
  }

  /**
   * One attribute as text, which is what a 0.1.x server sends.
   *
   * @param name such as {@code pool_id}
   * @return the text of a string, number or boolean, the JSON of anything else; empty if there is
   *     no such attribute
   */
  public String attribute(String name) {
    JsonNode value = attributes.get(name);
    if (value == null) {
      return "";
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  /** Shows the names of the attributes, and how long the message is: either may hold a secret. */
  @Override
  public String toString() {
    return "LogLine[time="
        + time
        + ", level="
        + level
        + ", message=<"
        + message.length()
        + " characters>, attributes="
        + attributes.keySet()
        + "]";
  }
}
