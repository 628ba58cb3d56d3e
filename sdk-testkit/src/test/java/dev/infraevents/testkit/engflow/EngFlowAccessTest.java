package dev.infraevents.testkit.engflow;

import static dev.infraevents.testkit.engflow.PullClient.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.grpc.proto.forwarding.EngFlowRequest;
import dev.infraevents.grpc.proto.forwarding.ForwardingGrpc;
import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.ReceivedCall;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is let in. */
@ExtendWith(LeakCheck.class)
class EngFlowAccessTest {

  private FakeEngFlow engflow;

  private void start(FakeEngFlowBuilder builder) {
    engflow = builder.start();
  }

  @AfterEach
  void tearDown() {
    engflow.close();
  }

  @Test
  void anOpenClusterLetsEverybodyIn() {
    start(FakeEngFlow.builder());
    assertThat(answerTo()).isEqualTo(Code.OK);
  }

  @Test
  void aTokenTakesTwoHeaders() {
    start(FakeEngFlow.builder().acceptToken().token("secret"));

    assertThat(answerTo()).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo("x-engflow-auth-token", "secret")).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(token("jwt-v0", ""))).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(token("jwt-v0", "wrong"))).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(token("jwt-v1", "secret"))).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo("authorization", "Bearer secret")).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(token("jwt-v0", engflow.token()))).isEqualTo(Code.OK);
  }

  @Test
  void aBearerTakesOne() {
    start(FakeEngFlow.builder().acceptBearer().token("secret"));

    assertThat(answerTo("authorization", "Bearer wrong")).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo("authorization", "Basic secret")).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(token("jwt-v0", "secret"))).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo("authorization", "Bearer secret")).isEqualTo(Code.OK);
  }

  @Test
  void anyHeaderCanBeAskedFor() {
    start(FakeEngFlow.builder().acceptHeader("x-team", "ci").acceptBearer());

    assertThat(answerTo()).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo("x-team", "other")).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo("x-team", "other", "x-team", "ci")).isEqualTo(Code.OK);
    assertThat(answerTo("authorization", "Bearer " + engflow.token())).isEqualTo(Code.OK);
  }

  @Test
  void anExpiredTokenEndsCallsAndIsRefusedFromThenOn() {
    start(FakeEngFlow.builder().acceptToken());
    String old = engflow.token();
    try (var reader = call(token("jwt-v0", old)).begin(engflow, PullClient.first())) {
      engflow.inject(Fault.expireToken());

      assertThat(reader.end().getCode()).isEqualTo(Code.UNAUTHENTICATED);
    }
    assertThat(engflow.token()).isNotEqualTo(old);
    assertThat(answerTo(token("jwt-v0", old))).isEqualTo(Code.UNAUTHENTICATED);
    engflow.heal();
    assertThat(answerTo(token("jwt-v0", old))).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(answerTo(token("jwt-v0", engflow.token()))).isEqualTo(Code.OK);
  }

  @Test
  void aMethodCanBeRefusedWhileOthersAreNot() {
    start(FakeEngFlow.builder());
    engflow.refuse(NotificationQueueGrpc.getPullMethod(), Status.PERMISSION_DENIED);
    assertThat(answerTo()).isEqualTo(Code.PERMISSION_DENIED);
    var channel = PullClient.channel(engflow, InsecureChannelCredentials.create());
    try {
      var answer =
          ForwardingGrpc.newBlockingStub(channel)
              .forwardStream(EngFlowRequest.newBuilder().setId("1").build());
      assertThat(answer.getMessage()).isEqualTo("Processed request with id 1 in the server.");
    } finally {
      channel.shutdownNow();
    }
    engflow.refuse(NotificationQueueGrpc.getPullMethod(), Status.UNAVAILABLE);
    assertThat(answerTo()).isEqualTo(Code.UNAVAILABLE);

    engflow.heal();

    assertThat(answerTo()).isEqualTo(Code.OK);
  }

  @Test
  void callsAreRecordedWithTheirMetadata() {
    start(FakeEngFlow.builder().acceptHeader("x-team", "ci"));
    var headers = headers("x-team", "ci", "X-Other", "1");
    headers.put(
        Metadata.Key.of("x-data-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {1, 2, 3});
    assertThat(answerTo(headers)).isEqualTo(Code.OK);
    assertThat(answerTo()).isEqualTo(Code.UNAUTHENTICATED);

    ReceivedCall call = engflow.calls().get(0);
    assertThat(call.number()).isEqualTo(1);
    assertThat(call.method()).isEqualTo("engflow.notification.v1.NotificationQueue/Pull");
    assertThat(call.header("x-other")).contains("1");
    assertThat(call.header("x-data-bin")).contains("AQID");
    assertThat(call.certificate()).isEmpty();
    assertThat(call.toString()).doesNotContain("AQID");
    assertThat(engflow.readers().get(0).call()).isEqualTo(call);
    assertThat(engflow.calls()).hasSize(2);
  }

  private static Metadata token(String method, String token) {
    return headers("x-engflow-auth-method", method, "x-engflow-auth-token", token);
  }

  private static Metadata headers(String... namesAndValues) {
    Metadata headers = new Metadata();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.put(
          Metadata.Key.of(namesAndValues[i], Metadata.ASCII_STRING_MARSHALLER),
          namesAndValues[i + 1]);
    }
    return headers;
  }

  private Code answerTo(String... namesAndValues) {
    return answerTo(headers(namesAndValues));
  }

  private Code answerTo(Metadata headers) {
    try (var call = call(headers)) {
      call.send(PullClient.first());
      call.halfClose();
      return call.end().getCode();
    } finally {
      engflow.await(server -> server.readers().stream().noneMatch(EngFlowReader::isOpen), SOON);
    }
  }

  private PullClient call(Metadata headers) {
    return PullClient.call(engflow, InsecureChannelCredentials.create(), headers);
  }
}
