package dev.infraevents.testkit.engflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How acknowledgements are answered. */
@ExtendWith(LeakCheck.class)
class EngFlowReceiptsTest {

  private final VirtualTime time = new VirtualTime();

  @RegisterExtension
  final FakeEngFlowExtension extension =
      new FakeEngFlowExtension(
          FakeEngFlow.builder().timeSource(new TimeSource(time.clock(), time::nanoTime, time)));

  private FakeEngFlow engflow;
  private EngFlowQueue queue;

  @BeforeEach
  void setUp() {
    engflow = extension.server();
    queue = engflow.queue();
  }

  private String deliver(PullClient reader) {
    queue.about("b").buildStarted();
    return reader.notification().getToken();
  }

  @Test
  void okIsAnEmptyStatusOrNone() {
    try (var reader = PullClient.reader(engflow)) {
      reader.ack(deliver(reader));
      var receipt = reader.receipt();
      assertThat(receipt.hasStatus()).isTrue();
      assertThat(receipt.getStatus().getSerializedSize()).isZero();

      queue.receipts().omitStatus(true);
      String token = deliver(reader);
      reader.ack(token);

      receipt = reader.receipt();
      assertThat(receipt.hasStatus()).isFalse();
      assertThat(receipt.getToken()).isEqualTo(token);
    }
  }

  @Test
  void theTokensOfARequestAreAnsweredInOneMessageOrInSeveral() {
    try (var reader = PullClient.reader(engflow)) {
      String[] tokens = IntStream.range(0, 5).mapToObj(i -> deliver(reader)).toArray(String[]::new);
      reader.ack(tokens[0], tokens[1]);
      assertThat(reader.next().getAcknowledgementReceiptCount()).isEqualTo(2);

      queue.receipts().perMessage(2);
      reader.ack(tokens[2], tokens[3], tokens[4]);

      assertThat(reader.next().getAcknowledgementReceiptCount()).isEqualTo(2);
      assertThat(reader.next().getAcknowledgementReceiptCount()).isEqualTo(1);
      assertThatIllegalArgumentException().isThrownBy(() -> queue.receipts().perMessage(0));
    }
  }

  @Test
  void aReceiptMayTravelWithANotification() {
    try (var reader = PullClient.reader(engflow)) {
      queue.receipts().merge(true);
      String token = deliver(reader);
      reader.ack(token);
      queue.await(q -> q.count(State.ACKED) == 1, PullClient.SOON);
      assertThat(reader.hasReceivedNothing()).isTrue();

      String id = queue.about("b").buildStarted();

      var both = reader.next();
      assertThat(both.getNotification().getNotification().getId()).isEqualTo(id);
      assertThat(both.getAcknowledgementReceipt(0).getToken()).isEqualTo(token);
    }
  }

  @Test
  void aReceiptWaitsForNoNotificationWhenTheClientIsDone() {
    try (var reader = PullClient.reader(engflow)) {
      queue.receipts().merge(true);
      reader.ack(deliver(reader));
      reader.halfClose();

      assertThat(reader.receipt().getStatus().getCode()).isZero();
      assertThat(reader.end().getCode()).isEqualTo(Code.OK);
    }
  }

  @Test
  void aReceiptMayBeLateAlsoForAClientThatIsDone() {
    try (var reader = PullClient.reader(engflow)) {
      queue.receipts().delay(Duration.ofSeconds(5));
      reader.ack(deliver(reader));
      reader.halfClose();
      queue.await(q -> q.count(State.ACKED) == 1, PullClient.SOON);
      time.advance(Duration.ofSeconds(4));
      assertThat(reader.hasReceivedNothing()).isTrue();

      time.advance(Duration.ofSeconds(1));

      assertThat(reader.receipt().getStatus().getCode()).isZero();
      assertThat(reader.end().getCode()).isEqualTo(Code.OK);
    }
  }

  @Test
  void aReceiptMayNeverCome() {
    try (var reader = PullClient.reader(engflow)) {
      queue.receipts().drop(1);
      String dropped = deliver(reader);
      String answered = deliver(reader);
      reader.ack(dropped);
      reader.ack(answered);

      assertThat(reader.receipt().getToken()).isEqualTo(answered);
      assertThat(queue.count(State.ACKED)).isEqualTo(2);
    }
  }

  @Test
  void unknownTokensAndRepeatedOnesAreNotFound() {
    try (var reader = PullClient.reader(engflow)) {
      String token = deliver(reader);
      reader.ack("unknown", token, token);

      assertThat(reader.next().getAcknowledgementReceiptList())
          .extracting(receipt -> receipt.getStatus().getCode())
          .containsExactly(5, 0, 5);
    }
  }

  @Test
  void aTokenOfAnotherStreamDoesNotCount() {
    try (var one = PullClient.reader(engflow)) {
      String token = deliver(one);
      try (var other = PullClient.reader(engflow)) {
        other.ack(token);
        assertThat(other.receipt().getStatus().getCode()).isEqualTo(5);
      }
      assertThat(queue.count(State.OUTSTANDING)).isEqualTo(1);
      one.ack(token);
      assertThat(one.receipt().getStatus().getCode()).isZero();
      assertThat(queue.acks()).extracting(EngFlowAck::reader).containsExactly(2, 1);
    }
  }

  @Test
  void theCodeForSuchTokensCanBeAnother() {
    try (var reader = PullClient.reader(engflow)) {
      queue.receipts().badTokenCode(Code.INVALID_ARGUMENT.value());
      reader.ack("unknown");
      assertThat(reader.receipt().getStatus().getCode()).isEqualTo(3);
    }
  }

  @Test
  void suchTokensMayEndTheStreamWhileLateOnesDoNot() {
    try (var reader = PullClient.reader(engflow)) {
      queue.receipts().badTokenEndsStream(true);
      String late = deliver(reader);
      time.advance(Duration.ofSeconds(60));
      reader.notification();
      reader.ack(late);
      assertThat(reader.receipt().getStatus().getCode()).isEqualTo(4);

      reader.ack("unknown");

      assertThat(reader.end().getCode()).isEqualTo(Code.NOT_FOUND);
    }
  }
}
