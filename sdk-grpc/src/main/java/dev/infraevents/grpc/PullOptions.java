package dev.infraevents.grpc;

import com.google.protobuf.Duration;
import dev.infraevents.grpc.proto.notification.NotificationDeliveryOptions;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.QueueId;

/**
 * What a reader asks for.
 *
 * @param queue the queue's whole name
 * @param clientId by which operators recognise it
 * @param ackDeadline how long the server waits for an acknowledgement
 * @param awaitQueue whether a queue that does not exist is waited for
 * @param maxInvocations how many finished invocations are read at a time; 0 for none
 */
record PullOptions(
    String queue,
    String clientId,
    java.time.Duration ackDeadline,
    boolean awaitQueue,
    int maxInvocations) {

  /** The server's clock starts when it sends, and an acknowledgement has a way to go. */
  private static final java.time.Duration MAX_MARGIN = java.time.Duration.ofSeconds(5);

  java.time.Duration usableWindow() {
    java.time.Duration tenth = java.time.Duration.ofNanos(ackDeadline.toNanos() / 10);
    return ackDeadline.minus(tenth.compareTo(MAX_MARGIN) < 0 ? tenth : MAX_MARGIN);
  }

  /** The first request, the only one that may say this, and may say nothing else. */
  PullNotificationRequest firstRequest() {
    return PullNotificationRequest.newBuilder()
        .setQueue(QueueId.newBuilder().setName(queue))
        .setClient(clientId)
        .setNotificationDeliveryOptions(
            NotificationDeliveryOptions.newBuilder()
                .setAcknowledgementDeadline(
                    Duration.newBuilder()
                        .setSeconds(ackDeadline.toSeconds())
                        .setNanos(ackDeadline.toNanosPart())))
        .build();
  }
}
