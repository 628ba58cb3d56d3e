package dev.infraevents.testkit.engflow;

import static dev.infraevents.testkit.engflow.PullClient.SOON;
import static dev.infraevents.testkit.engflow.PullClient.deadline;
import static dev.infraevents.testkit.engflow.PullClient.first;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** To whom a queue delivers what, and how often. */
@ExtendWith(LeakCheck.class)
class EngFlowQueueTest {

  private static final Duration WINDOW = Duration.ofSeconds(60);

  private final VirtualTime time = new VirtualTime();

  private FakeEngFlow engflow;
  private EngFlowQueue queue;

  @BeforeEach
  void setUp() {
    start(FakeEngFlow.builder());
  }

  private void start(FakeEngFlowBuilder builder) {
    if (engflow != null) {
      engflow.close();
    }
    engflow = builder.timeSource(new TimeSource(time.clock(), time::nanoTime, time)).start();
    queue = engflow.queue();
  }

  @AfterEach
  void tearDown() {
    engflow.close();
    assertThat(time.pendingTasks()).isZero();
  }

  @Test
  void whatIsAcknowledgedInTimeIsGone() {
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").buildStarted();
      var delivered = reader.notification();
      assertThat(delivered.getNotification().getId()).isEqualTo(id);
      assertThat(delivered.getToken()).isNotEmpty().isNotEqualTo(id);
      assertThat(queue.notification(id).state()).isEqualTo(State.OUTSTANDING);

      time.advance(WINDOW.minusNanos(1));
      reader.ack(delivered.getToken());

      assertThat(reader.receipt().getStatus().getCode()).isZero();
      time.advance(WINDOW.multipliedBy(2));
      assertThat(reader.hasReceivedNothing()).isTrue();
      assertThat(queue.notification(id).state()).isEqualTo(State.ACKED);
    }
  }

  @Test
  void whatIsNotAcknowledgedIsDeliveredAgainWithAnotherToken() {
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").buildStarted();
      var once = reader.notification();

      time.advance(WINDOW);

      var again = reader.notification();
      assertThat(again.getNotification()).isEqualTo(once.getNotification());
      assertThat(again.getToken()).isNotEqualTo(once.getToken());
      assertThat(queue.notification(id).deliveries())
          .extracting(EngFlowDelivery::attempt)
          .containsExactly(1, 2);
    }
  }

  @Test
  void aLateAcknowledgementDoesNotCount() {
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").buildStarted();
      String late = reader.notification().getToken();
      time.advance(WINDOW);
      String inTime = reader.notification().getToken();

      reader.ack(late);

      assertThat(reader.receipt().getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED.value());
      assertThat(queue.notification(id).state()).isEqualTo(State.OUTSTANDING);
      reader.ack(inTime);
      assertThat(reader.receipt().getStatus().getCode()).isZero();
    }
  }

  @Test
  void aReaderSaysHowLongItsWindowsAre() {
    try (var reader =
        PullClient.call(engflow)
            .begin(engflow, first().setNotificationDeliveryOptions(deadline(300)))) {
      queue.about("b1").buildStarted();
      String token = reader.notification().getToken();

      time.advance(Duration.ofSeconds(299));
      reader.ack(token);

      assertThat(reader.receipt().getStatus().getCode()).isZero();
      assertThat(queue.readers().get(0).window()).hasMinutes(5);
    }
  }

  @Test
  void theDefaultWindowCanBeAnother() {
    start(FakeEngFlow.builder().window(Duration.ofSeconds(5)));
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").buildStarted();
      assertThat(reader.ids(1)).containsExactly(id);

      time.advance(Duration.ofSeconds(5));

      assertThat(reader.ids(1)).containsExactly(id);
    }
  }

  @Test
  void whatNobodyReadsWaits() {
    String id = queue.about("b1").buildStarted();
    assertThat(queue.notification(id).state()).isEqualTo(State.PENDING);

    try (var reader = PullClient.reader(engflow)) {
      assertThat(reader.ids(1)).containsExactly(id);
    }
  }

  @Test
  void readersShareTheLoad() {
    try (var one = PullClient.reader(engflow);
        var other = PullClient.reader(engflow)) {
      List<String> ids = publish(10);

      assertThat(Stream.concat(one.ids(5).stream(), other.ids(5).stream()))
          .containsExactlyInAnyOrderElementsOf(ids);
    }
  }

  @Test
  void aReaderGetsNoMoreThanItMayLeaveUnacknowledged() {
    start(FakeEngFlow.builder().maxOutstanding(3));
    try (var reader = PullClient.reader(engflow)) {
      List<String> ids = publish(5);
      var first = reader.notification();
      assertThat(reader.ids(2)).isEqualTo(ids.subList(1, 3));
      assertThat(queue.count(State.OUTSTANDING)).isEqualTo(3);
      assertThat(queue.count(State.PENDING)).isEqualTo(2);

      reader.ack(first.getToken());

      assertThat(Stream.of(reader.next(), reader.next()))
          .anyMatch(next -> next.getNotification().getNotification().getId().equals(ids.get(3)));
      assertThat(queue.readers().get(0).outstanding()).isEqualTo(3);
    }
  }

  @Test
  void whatTheTransportDoesNotTakeStaysInTheQueue() {
    Any large = Any.newBuilder().setValue(ByteString.copyFrom(new byte[100_000])).build();
    try (var reader = PullClient.byHand(engflow).begin(engflow, first())) {
      IntStream.range(0, 100).forEach(i -> queue.publish(large));
      assertThat(queue.count(State.OUTSTANDING)).isLessThan(10);

      reader.request(200);

      assertThat(reader.ids(100)).doesNotHaveDuplicates();
    }
  }

  @Test
  void theNotificationsOfAClosedStreamGoToOthersWhenTheirWindowsEnd() {
    try (var other = PullClient.call(engflow)) {
      String id = leaveOneBehind();
      other.begin(engflow, first());
      assertThat(queue.notification(id).state()).isEqualTo(State.OUTSTANDING);
      assertThat(other.hasReceivedNothing()).isTrue();

      time.advance(WINDOW);

      assertThat(other.ids(1)).containsExactly(id);
    }
  }

  @Test
  void theNotificationsOfAClosedStreamMayGoToOthersAtOnce() {
    start(FakeEngFlow.builder().releaseAtStreamEnd());
    String id = leaveOneBehind();
    try (var other = PullClient.reader(engflow)) {
      assertThat(other.ids(1)).containsExactly(id);
    }
  }

  private String leaveOneBehind() {
    String id = queue.about("b1").buildStarted();
    try (var reader = PullClient.reader(engflow)) {
      assertThat(reader.ids(1)).containsExactly(id);
    }
    engflow.awaitReaders(1, 0, SOON);
    return id;
  }

  @Test
  void aMissedWindowMayEndTheStream() {
    start(FakeEngFlow.builder().endStreamOnMissedWindow());
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").buildStarted();
      assertThat(reader.ids(1)).containsExactly(id);

      time.advance(WINDOW);

      assertThat(reader.end().getCode()).isEqualTo(Code.ABORTED);
      assertThat(queue.notification(id).state()).isEqualTo(State.PENDING);
    }
  }

  @Test
  void whatIsDiscardedIsNotDeliveredAgain() {
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").buildStarted();
      assertThat(reader.ids(1)).containsExactly(id);

      queue.discard(id);
      time.advance(WINDOW);

      String next = queue.about("b2").buildStarted();
      assertThat(reader.ids(1)).containsExactly(next);
      assertThat(queue.notification(id).state()).isEqualTo(State.DISCARDED);
      assertThat(queue.count(State.DISCARDED)).isEqualTo(1);
    }
  }

  @Test
  void whatIsDiscardedBeforeAnybodyReadsItIsNeverDelivered() {
    queue.discard(queue.about("b1").buildStarted());
    String next = queue.about("b2").buildStarted();
    try (var reader = PullClient.reader(engflow)) {
      assertThat(reader.ids(1)).containsExactly(next);
    }
  }

  @Test
  void twoNotificationsMayHaveTheSameId() {
    try (var reader = PullClient.reader(engflow)) {
      queue.about("b1").id("same").buildStarted();
      queue.about("b1").id("same").buildFinished();

      assertThat(reader.ids(2)).containsExactly("same", "same");
    }
  }

  @Test
  void theServerMayEndStreamsWithAnyStatusOkIncluded() {
    try (var ok = PullClient.reader(engflow)) {
      queue.endStreams(Status.OK);
      assertThat(ok.end().getCode()).isEqualTo(Code.OK);
    }
    try (var failed = PullClient.reader(engflow)) {
      queue.endStreams(Status.RESOURCE_EXHAUSTED.withDescription("busy"));
      Status end = failed.end();
      assertThat(end.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(end.getDescription()).isEqualTo("busy");
      assertThat(engflow.readers().get(1).end()).isPresent();
    }
  }

  @Test
  void queuesAreApart() {
    EngFlowQueue another = engflow.addQueue("another");
    queue.about("b1").buildStarted();
    String id = another.about("b2").buildStarted();
    var first = first();
    first.getQueueBuilder().setName("another");
    try (var reader = PullClient.call(engflow).begin(engflow, first)) {
      assertThat(reader.ids(1)).containsExactly(id);
      assertThat(queue.count(State.PENDING)).isEqualTo(1);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> engflow.addQueue("another"));
    assertThatIllegalArgumentException().isThrownBy(() -> engflow.queue("unknown"));
  }

  @Test
  void theHistoryTellsWhoGotWhatAndWhoAcknowledgedIt() {
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b1").buildStarted();
      String late = reader.notification().getToken();
      time.advance(WINDOW);
      String token = reader.notification().getToken();
      reader.ack(late, token, "unknown");
      assertThat(reader.next().getAcknowledgementReceiptCount()).isEqualTo(3);

      EngFlowNotification history = queue.notification(id);
      var start = time.clock().instant().minus(WINDOW);
      assertThat(history.deliveries())
          .containsExactly(
              new EngFlowDelivery(id, 1, 1, late, start),
              new EngFlowDelivery(id, 2, 1, token, start.plus(WINDOW)));
      assertThat(history.acks())
          .containsExactly(
              new EngFlowAck(late, 1, start.plus(WINDOW), 4),
              new EngFlowAck(token, 1, start.plus(WINDOW), 0));
      assertThat(queue.acks())
          .extracting(EngFlowAck::token, EngFlowAck::isAccepted)
          .containsExactly(tuple(late, false), tuple(token, true), tuple("unknown", false));
      assertThat(queue.notifications()).containsExactly(history);
    }
  }

  @Test
  void waitingFailsWithWhatThereIs() {
    queue.about("b1").buildStarted();

    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> queue.await(q -> q.count(State.ACKED) == 1, Duration.ofMillis(1)))
        .withMessageContaining("PENDING=1");
    assertThatIllegalArgumentException().isThrownBy(() -> queue.notification("unknown"));
  }

  private List<String> publish(int count) {
    return IntStream.range(0, count).mapToObj(i -> queue.about("b" + i).buildStarted()).toList();
  }
}
