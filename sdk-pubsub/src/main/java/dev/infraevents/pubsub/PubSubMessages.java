package dev.infraevents.pubsub;

import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.Bytes;
import dev.infraevents.foundries.PubSubMessage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Google's message as ours. */
final class PubSubMessages {

  /** Google's client adds it to what has come. */
  private static final String DELIVERY_ATTEMPT = "googclient_deliveryattempt";

  private PubSubMessages() {}

  /**
   * Turns a message as the client brings it into ours.
   *
   * @param subscription the full name of where it comes from, or null
   */
  static PubSubMessage of(PubsubMessage received, @Nullable String subscription) {
    String attempt = received.getAttributesMap().get(DELIVERY_ATTEMPT);
    PubsubMessage message =
        attempt == null
            ? received
            : received.toBuilder().removeAttributes(DELIVERY_ATTEMPT).build();
    String key = message.getOrderingKey();
    return new PubSubMessage(
        message.getMessageId(),
        publishTime(message),
        message.getAttributesMap(),
        Bytes.of(message.getData().toByteArray()),
        key.isEmpty() ? null : key,
        subscription,
        attempt == null ? 0 : number(attempt),
        Bytes.of(message.toByteArray()));
  }

  private static int number(String attempt) {
    try {
      return Integer.parseInt(attempt);
    } catch (NumberFormatException e) { // an emulator lets publishers set it
      return 0;
    }
  }

  private static @Nullable Instant publishTime(PubsubMessage message) {
    if (!message.hasPublishTime()) {
      return null;
    }
    Timestamp time = message.getPublishTime();
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
