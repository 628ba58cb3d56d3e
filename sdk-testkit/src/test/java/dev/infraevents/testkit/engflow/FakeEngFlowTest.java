package dev.infraevents.testkit.engflow;

import static dev.infraevents.testkit.engflow.PullClient.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.grpc.proto.notification.PullNotificationResponse;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.internal.tcp.LoopbackPort;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The server as a whole. */
@ExtendWith(LeakCheck.class)
class FakeEngFlowTest {

  private static final int GOAWAY = 7;
  private static final int ENHANCE_YOUR_CALM = 11;

  @Test
  void readersAreCountedWhenTheirFirstRequestIsAccepted() {
    try (var engflow = FakeEngFlow.start()) {
      PullClient.reader(engflow).close();
      engflow.awaitReaders(1, 0, SOON);
      try (var reader = PullClient.reader(engflow)) {
        assertThat(engflow.awaitReaders(2, 1, SOON))
            .extracting(EngFlowReader::number)
            .containsExactly(1, 2);
        assertThat(reader.hasReceivedNothing()).isTrue();
        assertThatExceptionOfType(AssertionError.class)
            .isThrownBy(() -> engflow.awaitReaders(1, 0, Duration.ofMillis(1)))
            .withMessageContaining("EngFlowReader[2, open, outstanding=0]");
      }
    }
  }

  @Test
  void aHundredThousandNotificationsAreNoTrouble() {
    int count = 100_000;
    try (var engflow = FakeEngFlow.start();
        var reader = PullClient.reader(engflow)) {
      EngFlowQueue queue = engflow.queue();
      IntStream.range(0, count).forEach(i -> queue.about("b").buildStarted());
      List<String> tokens = new ArrayList<>();
      int acked = 0;
      while (acked < count) {
        PullNotificationResponse next = reader.next();
        acked += next.getAcknowledgementReceiptCount();
        if (next.hasNotification()) {
          tokens.add(next.getNotification().getToken());
          if (tokens.size() == 100) {
            reader.ack(tokens.toArray(String[]::new));
            tokens.clear();
          }
        }
      }
      assertThat(queue.count(State.ACKED)).isEqualTo(count);
      assertThat(queue.notifications()).allMatch(n -> n.deliveries().size() == 1);
    }
  }

  @Test
  void anotherImplementationOfGrpcCanServe() {
    var builder =
        FakeEngFlow.builder()
            .serverBuilder(
                credentials -> OkHttpServerBuilder.forPort(LoopbackPort.address(0), credentials));
    try (var engflow = builder.start();
        var reader = PullClient.reader(engflow)) {
      engflow.queue().about("b").buildStarted();
      reader.acknowledge(1);
    }
  }

  @Test
  void pingsAreAnsweredHoweverManyThereAre() throws IOException {
    try (var engflow = FakeEngFlow.start()) {
      assertThat(answerToPings(engflow, 20)).isZero();
    }
  }

  @Test
  void aStrictServerGoesAwayFromAClientThatPingsTooOften() throws IOException {
    try (var engflow = FakeEngFlow.builder().strictKeepAlive().start()) {
      assertThat(answerToPings(engflow, 20)).isEqualTo(ENHANCE_YOUR_CALM);
    }
  }

  /** The error of the server's GOAWAY, or 0 if it answers all pings. */
  private static int answerToPings(FakeEngFlow engflow, int pings) throws IOException {
    URI url = URI.create(engflow.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout((int) SOON.toMillis());
      var out = new DataOutputStream(socket.getOutputStream());
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // SETTINGS
      var in = new DataInputStream(socket.getInputStream());
      int answered = 0;
      for (int i = 0; i < pings; i++) {
        out.write(new byte[] {0, 0, 8, 6, 0, 0, 0, 0, 0}); // PING
        out.writeLong(i);
      }
      while (answered < pings) {
        int length = (in.readUnsignedShort() << 8) | in.readUnsignedByte();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        in.readInt();
        byte[] body = in.readNBytes(length);
        if (type == GOAWAY) {
          return body[7];
        } else if (type == 6 && flags == 1) {
          answered++;
        }
      }
      return 0;
    }
  }
}
