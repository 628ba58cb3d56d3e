package dev.infraevents.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;

/**
 * Reads recorded messages of EngFlow, as {@link dev.infraevents.Event#raw()} holds them, so that
 * they can be replayed. There is nothing to acknowledge. Stateless and thread-safe.
 *
 * <pre>{@code
 * ReplaySource.builder(new EngFlowDecoder()::read).file(Path.of("engflow.ndjson")).build()
 * }</pre>
 */
public final class EngFlowDecoder {

  private static final int NOTIFICATION = tag(PullNotificationResponse.NOTIFICATION_FIELD_NUMBER);
  private static final int BUILD_EVENT = tag(StreamedBuildEvent.EVENT_FIELD_NUMBER);

  /** Makes a decoder. */
  public EngFlowDecoder() {}

  /**
   * Reads a message of a source of notifications: a {@code PullNotificationResponse}, or a {@code
   * StreamedBuildEvent} if the source also brings the events of invocations.
   *
   * @param message the whole message
   * @param source the address it came from, without user info
   * @param receivedAt when it arrived
   * @return the event, not yet decoded
   * @throws DecodingException if it holds neither a notification nor an event of a build, or if
   *     what it holds can not be read; quotes nothing of it
   */
  public InboundMessage<EngFlowPayload> read(Bytes message, URI source, Instant receivedAt)
      throws DecodingException {
    if (kind(message) == BUILD_EVENT) {
      return progress(message, source, receivedAt).asEngFlow();
    }
    var response = Protos.parse(PullNotificationResponse.parser(), message, "EngFlow notification");
    return new NotificationMessage(
        message,
        response.getNotification().getNotification(),
        source,
        receivedAt,
        Settlement.none());
  }

  /**
   * Reads a message of the event store, a {@code StreamedBuildEvent}.
   *
   * @param message the whole message
   * @param source the address it came from, without user info
   * @param receivedAt when it arrived
   * @return the event, not yet decoded
   * @throws DecodingException if it holds no event of a build, or if that can not be read; quotes
   *     nothing of it
   */
  public InboundMessage<BuildProgress> readProgress(Bytes message, URI source, Instant receivedAt)
      throws DecodingException {
    if (kind(message) != BUILD_EVENT) {
      throw neither(message);
    }
    return progress(message, source, receivedAt);
  }

  private static BuildProgressMessage progress(Bytes message, URI source, Instant receivedAt) {
    var event = Protos.parse(StreamedBuildEvent.parser(), message, "EngFlow build event");
    return new BuildProgressMessage(message, event, source, receivedAt, Settlement.none());
  }

  /** Which of the two fields, told apart by number and type, is there. */
  private static int kind(Bytes message) {
    CodedInputStream fields = CodedInputStream.newInstance(message.toByteArray());
    try {
      for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
        if (tag == NOTIFICATION || tag == BUILD_EVENT) {
          return tag;
        }
        fields.skipField(tag);
      }
    } catch (IOException e) {
      throw Protos.undecodable("EngFlow message", message.size(), e);
    }
    throw neither(message);
  }

  private static DecodingException neither(Bytes message) {
    return new DecodingException(
        "Not an EngFlow event: a message of "
            + message.size()
            + " bytes without the field that would hold one",
        null);
  }

  private static int tag(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
