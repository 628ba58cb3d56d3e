package dev.infraevents.testkit.engflow;

import static dev.infraevents.testkit.engflow.PullClient.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.infraevents.grpc.proto.eventstore.BuildLifecycleEventNotification;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import io.grpc.Status.Code;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a queue does with notifications and acknowledgements. */
@ExtendWith(LeakCheck.class)
class EngFlowQueueTest {

  private final VirtualTime time = new VirtualTime();

  @RegisterExtension
  final FakeEngFlowExtension extension =
      new FakeEngFlowExtension(
          FakeEngFlow.builder()
              .maxOutstanding(3)
              .timeSource(new TimeSource(time.clock(), time::nanoTime, time)));

  private FakeEngFlow engflow;
  private EngFlowQueue queue;

  @BeforeEach
  void setUp() {
    engflow = extension.server();
    queue = engflow.queue();
  }

  @Test
  void deliversWhatIsPublishedAndForgetsWhatIsAcknowledged() throws InvalidProtocolBufferException {
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").instance("default").keywords("k").user("me").buildStarted();

      var notification = reader.notification();
      assertThat(notification.getToken()).isNotEmpty().isNotEqualTo(id);
      assertThat(notification.getNotification().getId()).isEqualTo(id);
      var payload =
          notification.getNotification().getPayload().unpack(BuildLifecycleEventNotification.class);
      assertThat(payload.getBuildId()).isEqualTo("b1");
      assertThat(queue.count(State.OUTSTANDING)).isEqualTo(1);

      reader.ack(notification.getToken());

      var receipt = reader.receipt();
      assertThat(receipt.getToken()).isEqualTo(notification.getToken());
      assertThat(receipt.hasStatus()).isTrue();
      assertThat(receipt.getStatus().getCode()).isZero();
      assertThat(queue.notification(id).state()).isEqualTo(State.ACKED);
      assertThat(queue.count(State.ACKED)).isEqualTo(1);
    }
  }

  @Test
  void deliversAgainWhatIsNotAcknowledgedInTime() {
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").buildStarted();
      String token = reader.notification().getToken();

      time.advance(Duration.ofSeconds(60));

      var again = reader.notification();
      assertThat(again.getNotification().getId()).isEqualTo(id);
      assertThat(again.getToken()).isNotEqualTo(token);

      reader.ack(token);

      assertThat(reader.receipt().getStatus().getCode()).isEqualTo(4);
      assertThat(queue.notification(id).state()).isEqualTo(State.OUTSTANDING);
      reader.ack(again.getToken());
      assertThat(reader.receipt().getStatus().getCode()).isZero();
      assertThat(queue.notification(id).deliveries()).hasSize(2);
    }
  }

  @Test
  void aHalfClosedCallEndsWithOkAfterItsReceipts() {
    try (var reader = PullClient.reader(engflow)) {
      queue.about("b1").buildStarted();
      reader.ack(reader.notification().getToken());
      reader.halfClose();

      assertThat(reader.receipt().getStatus().getCode()).isZero();
      assertThat(reader.end().getCode()).isEqualTo(Code.OK);
      engflow.awaitReaders(1, 0, SOON);
    }
  }
}
