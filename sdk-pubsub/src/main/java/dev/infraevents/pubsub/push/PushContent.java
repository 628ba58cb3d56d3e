package dev.infraevents.pubsub.push;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.foundries.Foundries;
import dev.infraevents.foundries.PubSubMessage;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a message of a request, in either form. What is wrong with it is said without quotes. */
final class PushContent {

  private static final String METADATA = "x-goog-pubsub-";

  private PushContent() {}

  /** The body is a message with its metadata, in JSON. */
  static PubSubMessage wrapped(PushRequest request, Bytes body) throws DecodingException {
    List<String> types = request.all("Content-Type");
    // A proxy may have left the type out; the JSON is looked at anyway.
    if (types.size() > 1 || (!types.isEmpty() && !isJson(types.get(0)))) {
      throw new DecodingException("The push is not of the media type application/json", null);
    }
    return PubSubMessage.ofPush(body);
  }

  private static boolean isJson(String type) {
    int end = type.indexOf(';');
    String media = end < 0 ? type : type.substring(0, end);
    return media.strip().toLowerCase(Locale.ROOT).equals("application/json");
  }

  /**
   * The body is the data alone. Attributes come as headers among all others, and none can be told
   * from a header that something on the way has set: so only the one that is needed is taken.
   */
  static PubSubMessage unwrapped(PushRequest request, Bytes body) throws DecodingException {
    String id = header(request, METADATA + "message-id");
    String type = header(request, Foundries.PUBSUB_EVENT_TYPE);
    return new PubSubMessage(
        id == null ? "" : id,
        publishTime(request),
        type == null ? Map.of() : Map.of(Foundries.PUBSUB_EVENT_TYPE, type),
        body,
        header(request, METADATA + "ordering-key"),
        header(request, METADATA + "subscription-name"),
        0,
        body);
  }

  private static @Nullable Instant publishTime(PushRequest request) throws DecodingException {
    String time = header(request, METADATA + "publish-time");
    try {
      return time == null ? null : Instant.parse(time);
    } catch (DateTimeException e) {
      throw new DecodingException("The push has a publish time that is no timestamp", null);
    }
  }

  // Of two, one is an attribute of that name, and nothing says which.
  private static @Nullable String header(PushRequest request, String name)
      throws DecodingException {
    List<String> values = request.all(name);
    if (values.size() > 1) {
      throw new DecodingException("The push has several headers " + name, null);
    }
    return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
  }
}
