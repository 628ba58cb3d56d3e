package dev.infraevents.internal.foundries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.internal.json.Rfc3339;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the JSON that Pub/Sub posts to an endpoint. */
public final class PushBody {

  private final Bytes body;

  private PushBody(Bytes body) {
    this.body = body;
  }

  /**
   * Reads a body.
   *
   * @param body the body of the request
   * @return the message
   * @throws DecodingException if it is no push; quotes nothing of it
   */
  public static PubSubMessage read(Bytes body) throws DecodingException {
    PushBody push = new PushBody(body);
    ObjectNode root = StrictJson.object(push.what(), "body", body);
    if (!(root.get("message") instanceof ObjectNode message)) {
      throw push.bad("it has no message");
    }
    String id = push.text(message, "messageId", "message_id");
    String key = push.text(message, "orderingKey", "ordering_key");
    return new PubSubMessage(
        id == null ? "" : id,
        push.time(message),
        push.attributes(message),
        push.data(message),
        key == null || key.isEmpty() ? null : key,
        push.text(root, "subscription", "subscription"),
        push.deliveryAttempt(root),
        body);
  }

  private @Nullable Instant time(ObjectNode message) {
    String time = text(message, "publishTime", "publish_time");
    try {
      return time == null ? null : Rfc3339.parse(time);
    } catch (DateTimeException e) {
      throw bad("its publishTime is no RFC 3339 timestamp");
    }
  }

  private Map<String, String> attributes(ObjectNode message) {
    JsonNode attributes = value(message, "attributes");
    if (attributes == null) {
      return Map.of();
    }
    if (!attributes.isObject()) {
      throw bad("its attributes are no object");
    }
    Map<String, String> map = new HashMap<>();
    for (Map.Entry<String, JsonNode> attribute : attributes.properties()) {
      if (!attribute.getValue().isTextual()) {
        throw bad("an attribute is no string");
      }
      map.put(attribute.getKey(), attribute.getValue().textValue());
    }
    return map;
  }

  private Bytes data(ObjectNode message) {
    String text = text(message, "data", "data");
    if (text == null || text.isEmpty()) {
      return Bytes.EMPTY;
    }
    try {
      byte[] data = Base64.getDecoder().decode(text);
      if (isCanonical(text, data)) {
        return Bytes.of(data);
      }
    } catch (IllegalArgumentException e) {
      // as below
    }
    throw bad("its data is no base64 with padding");
  }

  // The JDK's decoder also takes text without padding, and any bits in front of it.
  private static boolean isCanonical(String text, byte[] data) {
    if (data.length == 0 || text.length() % 4 != 0) {
      return false;
    }
    int last = (data.length - 1) / 3 * 3;
    byte[] tail = Arrays.copyOfRange(data, last, data.length);
    return text.endsWith(Base64.getEncoder().encodeToString(tail));
  }

  private int deliveryAttempt(ObjectNode root) {
    JsonNode attempt = value(root, "deliveryAttempt");
    if (attempt == null) {
      return 0;
    }
    if (!attempt.isIntegralNumber() || !attempt.canConvertToInt() || attempt.intValue() < 0) {
      throw bad("its deliveryAttempt is no count");
    }
    return attempt.intValue();
  }

  private @Nullable String text(ObjectNode object, String name, String otherName) {
    JsonNode preferred = value(object, name);
    JsonNode value = preferred == null ? value(object, otherName) : preferred;
    if (value != null && !value.isTextual()) {
      throw bad("its " + name + " is no string");
    }
    return value == null ? null : value.textValue();
  }

  /** A member; null if it is absent or null, which are the same in the JSON of protobuf. */
  private static @Nullable JsonNode value(ObjectNode object, String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private DecodingException bad(String why) {
    return new DecodingException("Can not read the " + what() + ": " + why, null);
  }

  private String what() {
    return "Pub/Sub push of " + body.size() + " bytes";
  }
}
