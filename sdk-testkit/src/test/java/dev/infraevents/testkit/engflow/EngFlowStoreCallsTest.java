package dev.infraevents.testkit.engflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.grpc.proto.eventstore.GetBuildRequest;
import dev.infraevents.grpc.proto.eventstore.GetInvocationRequest;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which calls are answered, how they end, and what is known of them. */
@ExtendWith(LeakCheck.class)
class EngFlowStoreCallsTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String INVOCATION = "070d25bf-3eac-4ea6-85a8-4f0643165657";

  private FakeEngFlow engflow;
  private EngFlowStore store;
  private StoreClient client;

  @BeforeEach
  void start() {
    engflow = FakeEngFlow.start();
    store = engflow.store();
    client = new StoreClient(engflow);
  }

  @AfterEach
  void stop() {
    client.close();
    engflow.close();
  }

  @Test
  void aForeignTokenIsRefused() {
    store.invocation(INVOCATION).append(2);
    assertThat(client.failure(invocation().setContinuationToken("tok")))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aCallCanBeEndedEarlyOnce() {
    store
        .invocation(INVOCATION)
        .append(4)
        .complete()
        .endNext(1, Status.UNAVAILABLE)
        .endNext(2, Status.OK);
    assertThat(client.failure(invocation())).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(client.all(invocation())).hasSize(2);
    assertThat(client.all(invocation())).hasSize(4);
    assertThat(store.reads()).extracting(StoreRead::sent).containsExactly(1, 2, 4);
    assertThat(store.reads().get(0).end().orElseThrow().getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void aStreamMayBeUnknownAtFirst() {
    store.invocation(INVOCATION).append(1).complete().notFound(2);
    assertThat(client.failure(invocation())).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(client.failure(invocation())).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(client.all(invocation())).hasSize(1);
  }

  @Test
  void whatWasNeverStoredIsNotFound() {
    assertThat(client.failure(invocation())).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aMissingOrMalformedIdIsRefused() {
    assertThat(client.failure(GetInvocationRequest.newBuilder()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(client.failure(GetInvocationRequest.newBuilder().setInvocationId("a/" + INVOCATION)))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(client.failure(GetBuildRequest.newBuilder()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aClusterCanRejectInstanceNames() {
    store.invocation(INVOCATION).append(1).complete();
    var named = invocation().setInstanceName("default");
    assertThat(client.all(named)).hasSize(1);
    store.rejectInstanceNames();
    assertThat(client.failure(named)).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(client.all(invocation())).hasSize(1);
    assertThat(store.reads()).extracting(StoreRead::instanceName).contains("default", "");
  }

  @Test
  void openCallsAreCounted() {
    store.invocation(INVOCATION).append(1);
    try (var one = client.follow(invocation());
        var two = client.follow(invocation())) {
      one.ask(1);
      two.ask(1);
      store.await(s -> s.openReads() == 2, SOON);
    }
    store.await(s -> s.openReads() == 0, SOON);
    assertThat(store.mostOpenReads()).isEqualTo(2);
    assertThat(store.reads())
        .extracting(read -> read.end().orElseThrow().getCode())
        .containsOnly(Status.Code.CANCELLED);
  }

  @Test
  void aStallHoldsEventsBackUntilItIsHealed() {
    StoredStream stream = store.invocation(INVOCATION).append(1);
    try (var reader = client.follow(invocation())) {
      reader.ask(10);
      reader.next();
      engflow.inject(Fault.stall());
      stream.append(1).complete();
      assertThat(store.reads().get(0).sent()).isEqualTo(1);
      engflow.heal();
      assertThat(reader.next().hasEvent()).isTrue();
    }
  }

  @Test
  void aRestartEndsReads() {
    store.invocation(INVOCATION).append(1);
    try (var reader = client.follow(invocation())) {
      reader.ask(10);
      reader.next();
      engflow.inject(Fault.restart());
      assertThat(reader.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void theHeadersOfACallAreKeptAndNotShown() {
    store.invocation(INVOCATION).append(1).complete();
    client.all(invocation());
    StoreRead read = store.reads().get(0);
    assertThat(read.call().header("x-test")).contains("secret");
    assertThat(read).asString().doesNotContain("secret").contains(INVOCATION);
  }

  @Test
  void nothingIsSentThatTheClientDoesNotTake() {
    store.invocation(INVOCATION).append(1);
    for (int i = 0; i < 300; i++) {
      store.invocation(INVOCATION).appendOutput("x".repeat(10_000));
    }
    store.invocation(INVOCATION).complete();
    try (StoreClient.Reader reader = client.follow(invocation())) {
      reader.ask(1);
      reader.next();
      StoreRead read = store.reads().get(0);
      assertThat(read.sent()).isLessThan(200);
      reader.ask(400);
      store.await(s -> read.end().isPresent(), SOON);
      assertThat(read.sent()).isEqualTo(301);
    }
  }

  private static GetInvocationRequest.Builder invocation() {
    return GetInvocationRequest.newBuilder().setInvocationId(INVOCATION);
  }
}
