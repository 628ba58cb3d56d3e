package dev.infraevents.testkit.pubsub;

import dev.infraevents.Bytes;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A message of a topic, as it is pushed. Its text form shows no attribute and no data.
 *
 * @param id unique in the topic; digits with real messages
 * @param publishTime when it was published
 * @param attributes names and values
 * @param data the payload
 * @param orderingKey the ordering key, null if it has none
 */
public record PushMessage(
    String id,
    Instant publishTime,
    Map<String, String> attributes,
    Bytes data,
    @Nullable String orderingKey) {

  private static final Instant PUBLISHED = Instant.parse("2026-01-01T00:00:00.123Z");
  private static final long FIRST_ID = 10_000_000_000_000_000L;

  /**
   * Copies the map.
   *
   * @param id unique in the topic
   * @param publishTime when it was published
   * @param attributes names and values
   * @param data the payload
   * @param orderingKey the ordering key, null if it has none
   */
  public PushMessage {
    attributes = Map.copyOf(attributes);
  }

  /**
   * A message with an id of its own.
   *
   * @param data the payload
   * @return without attributes
   */
  public static PushMessage of(Bytes data) {
    long id = ThreadLocalRandom.current().nextLong(FIRST_ID, 2 * FIRST_ID);
    return new PushMessage(Long.toString(id), PUBLISHED, Map.of(), data, null);
  }

  /**
   * An event of a device, as Foundries.io publishes it, with an id of its own.
   *
   * @param eventType the attribute {@code event-type}, such as {@code DEVICE_OTA_STARTED}
   * @param json the payload
   * @return a message with one attribute
   */
  public static PushMessage event(String eventType, String json) {
    return of(Bytes.ofUtf8(json)).with("event-type", eventType);
  }

  /**
   * Adds an attribute.
   *
   * @param name its name
   * @param value its value
   * @return the changed message
   */
  public PushMessage with(String name, String value) {
    Map<String, String> more = new TreeMap<>(attributes);
    more.put(name, value);
    return new PushMessage(id, publishTime, more, data, orderingKey);
  }

  /**
   * Sets the id.
   *
   * @param other the id
   * @return the changed message
   */
  public PushMessage withId(String other) {
    return new PushMessage(other, publishTime, attributes, data, orderingKey);
  }

  /**
   * Sets the ordering key.
   *
   * @param key the key, null for none
   * @return the changed message
   */
  public PushMessage withOrderingKey(@Nullable String key) {
    return new PushMessage(id, publishTime, attributes, data, key);
  }

  /** Shows id and time only. */
  @Override
  public String toString() {
    return "PushMessage[id=" + id + ", publishTime=" + publishTime + "]";
  }
}
