package dev.infraevents.testkit.engflow;

import static dev.infraevents.testkit.engflow.PullClient.SOON;
import static dev.infraevents.testkit.engflow.PullClient.deadline;
import static dev.infraevents.testkit.engflow.PullClient.first;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.grpc.proto.notification.QueueId;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.Status.Code;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests a Pull call may make. */
@ExtendWith(LeakCheck.class)
class EngFlowPullRulesTest {

  private static final String UUID = "6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f";

  @RegisterExtension final FakeEngFlowExtension extension = new FakeEngFlowExtension();

  static Stream<PullNotificationRequest.Builder> invalidFirstRequests() {
    return Stream.of(
        PullNotificationRequest.newBuilder(),
        PullNotificationRequest.newBuilder().setQueue(QueueId.getDefaultInstance()),
        first().addAcknowledgementTokens("t"),
        first().setNotificationDeliveryOptions(deadline(29)),
        first().setNotificationDeliveryOptions(deadline(301)),
        first().setNotificationDeliveryOptions(deadline(300, 1)),
        first().setNotificationDeliveryOptions(deadline(30, -1)));
  }

  @ParameterizedTest
  @MethodSource("invalidFirstRequests")
  void anInvalidFirstRequestIsRefused(PullNotificationRequest.Builder request) {
    assertThat(answerTo(request)).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "client",
        "/" + UUID,
        "1a/" + UUID,
        "A/" + UUID,
        "a_b/" + UUID,
        "a-/" + UUID,
        "a.b/" + UUID,
        "a//" + UUID,
        UUID + "/",
        "abcdefghijklmnopqrstuvwxyz/abcdefghijklmnopqrstuvwxyz/abcdefghijklmnopqrstuvwxyz/abcdefghijkl/"
            + UUID
      })
  void anInvalidClientIsRefused(String client) {
    assertThat(answerTo(first().setClient(client))).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        UUID,
        "a/" + UUID,
        "a1/" + UUID,
        "a-b/" + UUID,
        "a-1/" + UUID,
        "a--b/" + UUID,
        "x/y/" + UUID,
        "abcdefghijklmnopqrstuvwxyz/abcdefghijklmnopqrstuvwxyz/abcdefghijklmnopqrstuvwxyz/abcdefghij/"
            + UUID
      })
  void aClientIsNamesAndAUuid(String client) {
    try (var call = PullClient.call(extension.server())) {
      call.begin(extension.server(), first().setClient(client));
      assertThat(extension.server().readers().get(0).client()).contains(client);
    }
  }

  @Test
  void anUnknownQueueIsNotFound() {
    var request = first();
    request.getQueueBuilder().setName("unknown");
    assertThat(answerTo(request)).isEqualTo(Code.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(longs = {30, 60, 300})
  void deadlinesOf30To300SecondsAreAccepted(long seconds) {
    try (var call = PullClient.call(extension.server())) {
      call.begin(extension.server(), first().setNotificationDeliveryOptions(deadline(seconds)));
      assertThat(extension.server().readers().get(0).window()).hasSeconds(seconds);
    }
  }

  @Test
  void aMissingClientIsAcceptedUnlessTheServerIsOld() {
    PullClient.reader(extension.server()).close();
    try (var old = FakeEngFlow.builder().requireClient().start()) {
      try (var call = PullClient.call(old)) {
        call.send(first());
        assertThat(call.end().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
      }
      try (var call = PullClient.call(old).begin(old, first().setClient(UUID))) {
        assertThat(call.hasReceivedNothing()).isTrue();
      }
    }
  }

  static Stream<PullNotificationRequest.Builder> contradictions() {
    return Stream.of(
        PullNotificationRequest.newBuilder().setQueue(QueueId.newBuilder().setName("another")),
        PullNotificationRequest.newBuilder().setClient("a/" + UUID),
        PullNotificationRequest.newBuilder().setNotificationDeliveryOptions(deadline(31)));
  }

  @ParameterizedTest
  @MethodSource("contradictions")
  void aLaterRequestMustNotContradictTheFirst(PullNotificationRequest.Builder request) {
    var engflow = extension.server();
    var first = first().setClient(UUID).setNotificationDeliveryOptions(deadline(30));
    try (var call = PullClient.call(engflow).begin(engflow, first)) {
      call.send(request);
      assertThat(call.end().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    }
    try (var call = PullClient.call(engflow).begin(engflow, first())) {
      call.send(request);
      assertThat(call.end().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void aLaterRequestMayRepeatTheFirst() {
    var engflow = extension.server();
    var first = first().setClient(UUID).setNotificationDeliveryOptions(deadline(30));
    try (var call = PullClient.call(engflow).begin(engflow, first)) {
      engflow.queue().about("b1").buildStarted();
      call.send(first.addAcknowledgementTokens(call.notification().getToken()));
      assertThat(call.receipt().getStatus().getCode()).isZero();
      assertThat(engflow.readers().get(0).requests()).hasSize(2);
    }
  }

  @Test
  void aCallWithoutAnyRequestIsRefused() {
    try (var call = PullClient.call(extension.server())) {
      call.halfClose();
      assertThat(call.end().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void aCallBeforeItsFirstRequestIsNoReader() {
    var engflow = extension.server();
    try (var call = PullClient.call(engflow)) {
      engflow.await(server -> server.calls().size() == 1, SOON);
      assertThat(engflow.awaitReaders(0, 0, SOON)).isEmpty();
      assertThat(call.hasReceivedNothing()).isTrue();
    }
  }

  private Code answerTo(PullNotificationRequest.Builder request) {
    try (var call = PullClient.call(extension.server())) {
      call.send(request);
      Code code = call.end().getCode();
      assertThat(extension.server().readers()).isEmpty();
      return code;
    }
  }
}
