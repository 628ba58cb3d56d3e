package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Any;
import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.UnknownNotification;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgeableNotification;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class EngFlowDecoderTest {

  private final EngFlowDecoder decoder = new EngFlowDecoder();

  private InboundMessage<EngFlowPayload> read(Bytes message) {
    return decoder.read(message, Messages.SOURCE, Messages.RECEIVED);
  }

  private void refuses(Bytes message) {
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(() -> read(message))
        .withMessageContaining(" of " + message.size() + " bytes")
        .withMessageNotContaining("hunter2")
        .withNoCause();
  }

  @Test
  void readsWhatTheQueueHasSent() {
    for (Any any : Messages.everyNotification()) {
      Event<EngFlowPayload> live = Messages.event(any);
      Event<EngFlowPayload> again = read(live.raw()).decode();

      assertThat(again).isNotNull();
      assertThat(again.raw()).isEqualTo(live.raw());
      assertThat(again.id()).isEqualTo(live.id());
      assertThat(again.payload()).isEqualTo(live.payload());
      assertThat(again.time()).isEqualTo(live.time());
    }
  }

  @Test
  void readsTheEventsOfBuildsAmongThem() {
    for (StreamedBuildEvent message : Messages.everyBuildEvent()) {
      Bytes raw = Messages.bytes(message.toBuilder().setIsLast(true).build());
      Event<EngFlowPayload> event = read(raw).decode();

      assertThat(event).isNotNull();
      assertThat(event.payload())
          .isEqualTo(
              decoder.readProgress(raw, Messages.SOURCE, Messages.RECEIVED).decode().payload());
    }
  }

  @Test
  void thereIsNothingToAcknowledge() {
    Event<EngFlowPayload> event = Messages.event(Messages.everyNotification().get(0));

    assertThat(read(event.raw()).settlement().ack())
        .isCompletedWithValue(AckOutcome.NOT_APPLICABLE);
  }

  @Test
  void aNotificationThatIsEmptyIsStillOne() {
    var response =
        PullNotificationResponse.newBuilder()
            .setNotification(AcknowledgeableNotification.newBuilder().setToken("t"))
            .build();

    assertThat(read(Messages.bytes(response)).decode().payload())
        .isEqualTo(new UnknownNotification(PackedMessage.EMPTY));
  }

  @Test
  void aMessageWithoutAnEventIsNone() {
    var receipts = PullNotificationResponse.newBuilder();
    receipts.addAcknowledgementReceiptBuilder().setToken("hunter2");

    refuses(Bytes.EMPTY);
    refuses(Messages.bytes(receipts.build()));
    refuses(Messages.bytes(StreamedBuildEvent.newBuilder().setIsLast(true).build()));
    assertThatExceptionOfType(DecodingException.class)
        .isThrownBy(
            () ->
                decoder.readProgress(
                    Messages.event(Messages.everyNotification().get(0)).raw(),
                    Messages.SOURCE,
                    Messages.RECEIVED));
  }

  @Test
  void aMessageThatIsCutAnywhereCanNotBeRead() {
    var lifecycle = Messages.lifecycle().setInstanceName("hunter2");
    Notification notification = Messages.notification(Messages.any(lifecycle)).build();
    byte[] queue = Messages.response(notification).toByteArray();
    // Without what follows the event, which would be whole.
    var progress = Messages.everyBuildEvent().get(4).toBuilder().clearPrincipal();
    byte[] store = progress.build().toByteArray();

    for (byte[] message : new byte[][] {queue, store}) {
      for (int length = 0; length < message.length; length++) {
        refuses(Bytes.of(Arrays.copyOf(message, length)));
      }
    }
  }

  @Test
  void garbageCanNotBeRead() {
    refuses(Bytes.ofUtf8("{\"hunter2\":1}"));
    refuses(Bytes.of(new byte[] {-1, -1, -1}));
  }
}
