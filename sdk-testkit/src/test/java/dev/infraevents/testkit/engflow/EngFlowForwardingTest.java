package dev.infraevents.testkit.engflow;

import static dev.infraevents.testkit.engflow.PullClient.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.util.concurrent.ListenableFuture;
import dev.infraevents.grpc.proto.forwarding.EngFlowRequest;
import dev.infraevents.grpc.proto.forwarding.EngFlowResponse;
import dev.infraevents.grpc.proto.forwarding.ForwardingGrpc;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The service that events are forwarded to. */
@ExtendWith(LeakCheck.class)
class EngFlowForwardingTest {

  @RegisterExtension final FakeEngFlowExtension extension = new FakeEngFlowExtension();

  private FakeEngFlow engflow;
  private EngFlowForwarding forwarding;
  private ManagedChannel channel;

  @BeforeEach
  void setUp() {
    engflow = extension.server();
    forwarding = engflow.forwarding();
    channel = PullClient.channel(engflow, InsecureChannelCredentials.create());
  }

  @AfterEach
  void tearDown() throws InterruptedException {
    channel.shutdownNow();
    assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void requestsAreRecordedAndAnswered() throws Exception {
    EngFlowRequest request = EngFlowRequest.newBuilder().setId("7").setPayload("text").build();

    assertThat(forward(request).get().getMessage())
        .isEqualTo("Processed request with id 7 in the server.");
    assertThat(forwarding.requests()).containsExactly(request);
  }

  @Test
  void itFailsWhenToldTo() throws Exception {
    forwarding.answerWith(Status.RESOURCE_EXHAUSTED);
    assertFails(forward("1"), Code.RESOURCE_EXHAUSTED);

    engflow.heal();

    assertThat(forward("1").get()).isNotNull();
    assertThat(forwarding.requests()).hasSize(2);
  }

  @Test
  void itWaitsWhenPaused() throws Exception {
    forwarding.pause();
    var waiting = forward("1");
    forwarding.awaitRequests(1, SOON);
    assertThat(waiting.isDone()).isFalse();

    forwarding.resume();

    assertThat(waiting.get().getMessage()).contains("1");
    assertThat(forward("2").get().getMessage()).contains("2");
  }

  @Test
  void whatWaitsEndsWithTheServerOrAFault() {
    forwarding.pause();
    var one = forward("1");
    forwarding.awaitRequests(1, SOON);
    engflow.inject(Fault.endStreams(13, "oops"));
    assertFails(one, Code.INTERNAL);
    var other = forward("2");
    forwarding.awaitRequests(2, SOON);

    engflow.inject(Fault.restart());

    assertFails(other, Code.UNAVAILABLE);
  }

  private ListenableFuture<EngFlowResponse> forward(String id) {
    return forward(EngFlowRequest.newBuilder().setId(id).build());
  }

  private ListenableFuture<EngFlowResponse> forward(EngFlowRequest request) {
    return ForwardingGrpc.newFutureStub(channel).forwardStream(request);
  }

  private static void assertFails(ListenableFuture<EngFlowResponse> answer, Code code) {
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
        .satisfies(e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(code));
  }
}
