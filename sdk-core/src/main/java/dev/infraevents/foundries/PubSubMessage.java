package dev.infraevents.foundries;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.internal.foundries.PushBody;
import dev.infraevents.internal.text.RecordText;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message of Google Cloud Pub/Sub, whichever way it came. Immutable and thread-safe.
 *
 * @param id Pub/Sub's id of the message, unique within its topic and the same each time the message
 *     is delivered; empty if there is none, which Pub/Sub does not do
 * @param publishTime when Pub/Sub took it; null if it does not say
 * @param attributes the attributes, names and values as the publisher gave them
 * @param data the payload; may be empty
 * @param orderingKey the ordering key; null if it has none
 * @param subscription {@code projects/P/subscriptions/S}; null if it does not say. Of a push this
 *     is the word of whoever sent it, as its signature does not cover the body
 * @param deliveryAttempt how often it has been delivered, about; 0 if that is not counted, as it is
 *     only where the subscription has a dead-letter topic
 * @param raw the message as it arrived: the body of a push, or the {@code PubsubMessage} in
 *     protobuf
 */
public record PubSubMessage(
    String id,
    @Nullable Instant publishTime,
    Map<String, String> attributes,
    Bytes data,
    @Nullable String orderingKey,
    @Nullable String subscription,
    int deliveryAttempt,
    Bytes raw) {

  private static final Pattern SUBSCRIPTION =
      Pattern.compile("projects/[A-Za-z0-9._:-]+/subscriptions/[A-Za-z0-9._~+%-]+");

  /**
   * Copies the attributes.
   *
   * @param id Pub/Sub's id of the message
   * @param publishTime when Pub/Sub took it
   * @param attributes the attributes
   * @param data the payload
   * @param orderingKey the ordering key
   * @param subscription the full name of the subscription
   * @param deliveryAttempt how often it has been delivered
   * @param raw the message as it arrived
   */
  public PubSubMessage {
    attributes = Map.copyOf(attributes);
  }

  /**
   * Reads the body of a push, in the form with a wrapper, which is what Pub/Sub sends by default.
   * Members in camel case are preferred to the same in snake case; unknown ones are ignored.
   *
   * @param body the body of the request
   * @return the message, whose {@code raw} is the body
   * @throws DecodingException if it is no such body: not a JSON object in UTF-8, without {@code
   *     message}, with a member of another type, with {@code data} that is not base64 with padding,
   *     or too large (16 MiB, 100 levels, 250,000 tokens); quotes nothing of it
   */
  public static PubSubMessage ofPush(Bytes body) throws DecodingException {
    return PushBody.read(body);
  }

  /**
   * Names the subscription as the source of an event.
   *
   * @param otherwise what to use if there is no subscription, or one with another form of name
   * @return {@code //pubsub.googleapis.com/projects/P/subscriptions/S}
   */
  public URI source(URI otherwise) {
    return subscription != null && SUBSCRIPTION.matcher(subscription).matches()
        ? URI.create("//pubsub.googleapis.com/" + subscription.replace("%", "%25"))
        : otherwise;
  }

  /** Shows neither attributes nor payload. */
  @Override
  public String toString() {
    return RecordText.of(this, "attributes", "orderingKey");
  }
}
