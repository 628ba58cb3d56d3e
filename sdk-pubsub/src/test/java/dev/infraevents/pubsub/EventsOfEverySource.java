package dev.infraevents.pubsub;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import dev.infraevents.Bytes;
import dev.infraevents.foundries.FoundriesDecoder;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.garm.GarmDecoder;
import dev.infraevents.grpc.EngFlowDecoder;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgeableNotification;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Messages as the sources bring them, several about each of their entities, one after the other.
 */
final class EventsOfEverySource {

  private static final URI GARM = URI.create("https://garm.example.com");
  private static final URI ENGFLOW = URI.create("grpcs://acme.cluster.engflow.com");
  private static final URI FOUNDRIES =
      URI.create("//pubsub.googleapis.com/projects/osf-prod/subscriptions/queue");
  private static final Instant RECEIVED = Instant.parse("2026-11-20T19:00:00.123456789Z");
  private static final int ENTITIES = 8;
  private static final int EACH = 5;

  private EventsOfEverySource() {}

  static List<InboundMessage<?>> all() {
    List<InboundMessage<?>> messages = new ArrayList<>();
    for (int step = 0; step < EACH; step++) {
      for (int entity = 0; entity < ENTITIES; entity++) {
        messages.add(garm(entity, step));
        messages.add(engflow(entity, step));
        messages.add(foundries("DEVICE_OTA_COMPLETED", entity, step));
        messages.add(foundries("DEVICE_EXPLODED", entity, step)); // not known to this version
      }
    }
    return messages;
  }

  private static InboundMessage<?> garm(int entity, int step) {
    String frame =
        """
        {"entity-type":"instance","operation":"update","payload":{"id":"instance-%d",\
        "name":"runner \\u00e9 %d","status":"running","updated_at":"2026-11-20T18:59:%02d.5Z",\
        "unknown_field":{"a":[1,2.50,null]}}}"""
            .formatted(entity, step, step);
    return new GarmDecoder().read(Bytes.ofUtf8(frame), GARM, RECEIVED);
  }

  private static InboundMessage<?> engflow(int entity, int step) {
    var lifecycle =
        BuildLifecycleEventNotification.newBuilder()
            .setInstanceName("prod")
            .setBuildId("build-" + entity);
    lifecycle.getInvocationStartedBuilder().setInvocationId("invocation-" + entity + "-" + step);
    var notification =
        Notification.newBuilder()
            .setId("notification-" + entity + "-" + step)
            .setTimestamp(Timestamp.newBuilder().setSeconds(1_763_582_400 + step).setNanos(7))
            .setPayload(Any.pack(lifecycle.build()));
    var response =
        PullNotificationResponse.newBuilder()
            .setNotification(
                AcknowledgeableNotification.newBuilder().setNotification(notification));
    return new EngFlowDecoder().read(Bytes.of(response.build().toByteArray()), ENGFLOW, RECEIVED);
  }

  private static InboundMessage<?> foundries(String type, int entity, int step) {
    Bytes data =
        Bytes.ofUtf8(
            "{\"Uuid\": \"device-%d\", \"Time\": %d, \"Target\": \"lmp-%d\", \"Id\": \"%d\", \"Success\": true}"
                .formatted(entity, 1_763_582_400 + step, step, step));
    var message =
        new PubSubMessage(
            type + "-" + entity + "-" + step,
            Instant.parse("2026-11-20T18:59:59.25Z"),
            Map.of("event-type", type),
            data,
            null,
            null,
            0,
            data);
    return new FoundriesDecoder().read(message, FOUNDRIES, RECEIVED, Settlement.none());
  }
}
