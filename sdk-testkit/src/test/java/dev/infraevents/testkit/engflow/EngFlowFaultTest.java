package dev.infraevents.testkit.engflow;

import static dev.infraevents.testkit.engflow.PullClient.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults of connections, of calls and of the server. */
@ExtendWith(LeakCheck.class)
class EngFlowFaultTest {

  @RegisterExtension final FakeEngFlowExtension extension = new FakeEngFlowExtension();

  private FakeEngFlow engflow;
  private EngFlowQueue queue;

  @BeforeEach
  void setUp() {
    engflow = extension.server();
    queue = engflow.queue();
  }

  @Test
  void refuse() {
    engflow.inject(Fault.refuse(2));

    assertThat(refusal().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(refusal().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(engflow.calls()).isEmpty();
    PullClient.reader(engflow).close();
  }

  @Test
  void refuseUntilHealed() {
    engflow.inject(Fault.refuse(Integer.MAX_VALUE));
    assertThat(refusal().getCode()).isEqualTo(Code.UNAVAILABLE);

    engflow.heal();

    PullClient.reader(engflow).close();
  }

  @Test
  void refuseCall() {
    engflow.inject(Fault.refuseCall(8, "too many").times(2));

    for (int i = 0; i < 2; i++) {
      Status refusal = refusal();
      assertThat(refusal.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refusal.getDescription()).isEqualTo("too many");
    }
    PullClient.reader(engflow).close();
    assertThat(engflow.calls()).hasSize(3);
    assertThat(engflow.readers()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "400, INTERNAL",
    "401, UNAUTHENTICATED",
    "403, PERMISSION_DENIED",
    "404, UNIMPLEMENTED",
    "429, UNAVAILABLE",
    "502, UNAVAILABLE",
    "503, UNAVAILABLE",
    "504, UNAVAILABLE",
    "500, UNKNOWN"
  })
  void refuseUpgradeIsAnsweredWithWhatGrpcMakesOfIt(int http, Code code) {
    engflow.inject(Fault.refuseUpgrade(http, "text/html", "<h1>no</h1>"));

    assertThat(refusal().getCode()).isEqualTo(code);
    PullClient.reader(engflow).close();
  }

  @Test
  void refusalsAreForgottenWhenHealed() {
    engflow.inject(Fault.refuseCall(13, "no"));
    engflow.heal();

    PullClient.reader(engflow).close();
  }

  @Test
  void reset() {
    try (var reader = PullClient.reader(engflow)) {
      engflow.inject(Fault.reset());

      assertThat(reader.end().getCode()).isEqualTo(Code.UNAVAILABLE);
      engflow.awaitReaders(1, 0, SOON);
    }
  }

  @Test
  void halfOpen() {
    try (var reader = PullClient.reader(engflow)) {
      engflow.inject(Fault.halfOpen());
      String id = queue.about("b1").buildStarted();
      assertThat(queue.notification(id).deliveries()).hasSize(1);
      try (var other = PullClient.reader(engflow)) {
        queue.about("b2").buildStarted(); // for one of them,
        queue.about("b3").buildStarted(); // for the other
        other.acknowledge(1);
      }
      assertThat(engflow.readers().get(0).isOpen()).isTrue();
      assertThat(reader.hasReceivedNothing()).isTrue();

      engflow.heal();

      assertThat(reader.ids(2)).contains(id);
    }
  }

  @Test
  void aHalfOpenServerDoesNotSeeThatTheClientLeft() {
    var reader = PullClient.reader(engflow);
    engflow.inject(Fault.halfOpen());
    reader.close();
    PullClient.reader(engflow).close();
    engflow.await(server -> !server.readers().get(1).isOpen(), SOON);
    assertThat(engflow.readers().get(0).isOpen()).isTrue();

    engflow.heal();

    engflow.awaitReaders(2, 0, SOON);
  }

  @Test
  void aHalfOpenServerCanBeClosed() {
    try (var reader = PullClient.reader(engflow)) {
      engflow.inject(Fault.halfOpen());
      engflow.close();

      assertThat(reader.end().getCode()).isEqualTo(Code.UNAVAILABLE);
    }
  }

  @Test
  void stallHoldsBackNotificationsAndReceipts() {
    try (var reader = PullClient.reader(engflow)) {
      queue.about("b1").buildStarted();
      String token = reader.notification().getToken();
      engflow.inject(Fault.stall());
      reader.ack(token);
      queue.await(q -> q.acks().size() == 1, SOON);
      String id = queue.about("b2").buildStarted();
      assertThat(queue.notification(id).state()).isEqualTo(EngFlowNotification.State.PENDING);
      try (var other = PullClient.reader(engflow)) {
        assertThat(other.hasReceivedNothing()).isTrue();
      }
      engflow.awaitReaders(2, 1, SOON);
      assertThat(reader.hasReceivedNothing()).isTrue();

      engflow.heal();

      assertThat(List.of(reader.next(), reader.next()))
          .anyMatch(next -> next.getNotification().getNotification().getId().equals(id))
          .anyMatch(next -> next.getAcknowledgementReceiptCount() == 1);
    }
  }

  @Test
  void truncate() {
    try (var reader = PullClient.reader(engflow)) {
      queue.about("b1").buildStarted();
      reader.acknowledge(1);
      engflow.inject(Fault.truncate());

      Status end = reader.end();
      assertThat(end.getCode()).as("%s", end).isEqualTo(Code.INTERNAL);
      assertThat(end.getCause()).isInstanceOf(EOFException.class); // within a frame
      engflow.awaitReaders(1, 0, SOON);
      PullClient.reader(engflow).close();
    }
  }

  @Test
  void endStreams() {
    try (var reader = PullClient.reader(engflow)) {
      engflow.inject(Fault.endStreams(13, "oops"));
      Status end = reader.end();
      assertThat(end.getCode()).isEqualTo(Code.INTERNAL);
      assertThat(end.getDescription()).isEqualTo("oops");
    }
    try (var reader = PullClient.reader(engflow)) {
      engflow.inject(Fault.endStreams(0, ""));
      assertThat(reader.end().getCode()).isEqualTo(Code.OK);
    }
  }

  @Test
  void endStreamsEndsACallThatHasNotBegunToRead() {
    try (var call = PullClient.call(engflow)) {
      engflow.await(server -> server.calls().size() == 1, SOON);
      engflow.inject(Fault.endStreams(14, "gone"));
      assertThat(call.end().getCode()).isEqualTo(Code.UNAVAILABLE);
    }
  }

  @Test
  void restart() {
    String url = engflow.url();
    try (var reader = PullClient.reader(engflow)) {
      engflow.inject(Fault.restart());

      assertThat(reader.end().getCode()).isEqualTo(Code.UNAVAILABLE);
      assertThat(engflow.url()).isEqualTo(url);
      assertThat(engflow.awaitReaders(1, 0, SOON)).hasSize(1);
    }
    String id = queue.about("b1").buildStarted();
    try (var reader = PullClient.reader(engflow)) {
      assertThat(reader.ids(1)).containsExactly(id);
    }
  }

  @Test
  void outage() {
    String url = engflow.url();
    engflow.inject(Fault.outage());
    assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect().close());
    assertThat(refusal().getCode()).isEqualTo(Code.UNAVAILABLE);
    String id = queue.about("b1").buildStarted();

    engflow.heal();

    assertThat(engflow.url()).isEqualTo(url);
    try (var reader = PullClient.reader(engflow)) {
      assertThat(reader.ids(1)).containsExactly(id);
    }
  }

  @Test
  void aServerThatIsDownCanBeClosed() {
    engflow.inject(Fault.outage());
    engflow.close();
    engflow.close();

    assertThatIllegalStateException().isThrownBy(engflow::heal);
    assertThatIllegalStateException().isThrownBy(() -> engflow.inject(Fault.restart()));
  }

  @Test
  void slowDrip() {
    try (var reader = PullClient.reader(engflow)) {
      engflow.inject(Fault.slowDrip(10, Duration.ofMillis(1)));
      String id = queue.about("b1").buildStarted();
      assertThat(reader.ids(1)).containsExactly(id);
      engflow.inject(Fault.slowDrip(1, Duration.ofHours(1)));
      String next = queue.about("b2").buildStarted();
      assertThat(reader.hasReceivedNothing()).isTrue();

      engflow.heal();

      assertThat(reader.ids(1)).containsExactly(next);
    }
  }

  @Test
  void aServerThatDripsCanBeClosed() {
    try (var reader = PullClient.reader(engflow)) {
      engflow.inject(Fault.slowDrip(1, Duration.ofHours(1)));
      queue.about("b1").buildStarted();
      engflow.close();

      assertThat(reader.end().getCode()).isEqualTo(Code.UNAVAILABLE);
    }
  }

  @Test
  void reorder() {
    engflow.inject(Fault.reorder(10, 7));
    try (var reader = PullClient.reader(engflow)) {
      List<String> ids =
          IntStream.range(0, 10).mapToObj(i -> queue.about("b" + i).buildStarted()).toList();

      assertThat(reader.ids(10)).isNotEqualTo(ids).containsExactlyInAnyOrderElementsOf(ids);
    }
  }

  @Test
  void whatIsHeldBackToBeReorderedComesWhenHealed() {
    engflow.inject(Fault.reorder(1000));
    try (var reader = PullClient.reader(engflow)) {
      String id = queue.about("b").buildStarted();
      engflow.heal();
      assertThat(reader.ids(1)).containsExactly(id);
    }
  }

  @Test
  void faultsOfWebsocketsAreUnknown() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engflow.inject(Fault.wrongClose(1000, "")))
        .withMessageContaining("WrongClose");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engflow.inject(Fault.fragment(2)))
        .withMessageContaining("Fragment");
  }

  private Status refusal() {
    try (var call = PullClient.call(engflow)) {
      return call.end();
    }
  }

  private Socket connect() throws IOException {
    URI url = URI.create(engflow.url());
    return new Socket(url.getHost(), url.getPort());
  }
}
