package dev.infraevents.grpc;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgeableNotification;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A notification. It is small and its type is in its message, so that one is read at once.
 *
 * <p>{@link Event#raw()} is the whole response that brought it, {@link Event#data()} its {@code
 * Any}.
 */
final class NotificationMessage implements InboundMessage<EngFlowPayload> {

  private static final int[] PATH = {
    PullNotificationResponse.NOTIFICATION_FIELD_NUMBER,
    AcknowledgeableNotification.NOTIFICATION_FIELD_NUMBER,
    Notification.PAYLOAD_FIELD_NUMBER
  };

  private final Bytes raw;
  private final String id;
  private final @Nullable Instant time;
  private final NotificationContent content;
  private final Map<String, String> attributes;
  private final URI source;
  private final Instant receivedAt;
  private final Settlement settlement;

  /**
   * Reads the notification.
   *
   * @param raw the response that brought it
   * @throws dev.infraevents.DecodingException if its message is of a type that we know and can not
   *     be read; quotes nothing of it
   */
  NotificationMessage(
      Bytes raw, Notification notification, URI source, Instant receivedAt, Settlement settlement) {
    this(
        raw,
        notification,
        NotificationContent.of(notification.getPayload()),
        source,
        receivedAt,
        settlement);
  }

  /**
   * Takes a notification that has been read.
   *
   * @param raw the response that brought it
   * @param content what it is about
   */
  NotificationMessage(
      Bytes raw,
      Notification notification,
      NotificationContent content,
      URI source,
      Instant receivedAt,
      Settlement settlement) {
    this.raw = raw;
    this.id = notification.getId();
    this.time = notification.hasTimestamp() ? Protos.instant(notification.getTimestamp()) : null;
    this.content = content;
    this.attributes = attributes(content.instance(), content.invocationId());
    this.source = source;
    this.receivedAt = receivedAt;
    this.settlement = settlement;
  }

  /** The attributes of an event of EngFlow; each may be empty. */
  static Map<String, String> attributes(String instance, String invocationId) {
    if (instance.isEmpty()) {
      return invocationId.isEmpty() ? Map.of() : Map.of(EngFlow.INVOCATION, invocationId);
    }
    return invocationId.isEmpty()
        ? Map.of(EngFlow.INSTANCE, instance)
        : Map.of(EngFlow.INSTANCE, instance, EngFlow.INVOCATION, invocationId);
  }

  @Override
  public EventType<?> type() {
    return content.type();
  }

  @Override
  public URI source() {
    return source;
  }

  @Override
  public @Nullable String subject() {
    return content.buildId().isEmpty() ? null : content.buildId();
  }

  @Override
  public Map<String, String> attributes() {
    return attributes;
  }

  @Override
  public Bytes raw() {
    return raw;
  }

  @Override
  public Settlement settlement() {
    return settlement;
  }

  @Override
  @SuppressWarnings("unchecked") // the payload is of the type's class, which is an EngFlowPayload
  public Event<EngFlowPayload> decode() {
    Event.Builder<EngFlowPayload> event = Event.builder((EventType<EngFlowPayload>) content.type());
    if (!id.isBlank()) { // else made of the content, as an event has to have one
      event.id(id);
    }
    return event
        .source(source)
        .subject(subject())
        .time(time)
        .receivedAt(receivedAt)
        .payload(content.payload())
        .data(Protos.embedded(raw, PATH), EngFlow.CONTENT_TYPE)
        .raw(raw)
        .attributes(attributes)
        .build();
  }
}
