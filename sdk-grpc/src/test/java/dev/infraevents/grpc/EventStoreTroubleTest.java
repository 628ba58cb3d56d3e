package dev.infraevents.grpc;

import static dev.infraevents.grpc.StoreTests.INVOCATION;
import static dev.infraevents.grpc.StoreTests.PATIENCE;
import static dev.infraevents.grpc.StoreTests.appendNumbers;
import static dev.infraevents.grpc.StoreTests.end;
import static dev.infraevents.grpc.StoreTests.numbers;
import static dev.infraevents.grpc.StoreTests.store;
import static dev.infraevents.grpc.StoreTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.IncompleteStreamException;
import dev.infraevents.RpcException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.grpc.proto.eventstore.EventStoreGrpc;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.FakeEngFlowExtension;
import dev.infraevents.testkit.engflow.StoreRead;
import dev.infraevents.testkit.engflow.StoredStream;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a read brings when something does go wrong, and how it ends. */
@ExtendWith(LeakCheck.class)
class EventStoreTroubleTest {

  @RegisterExtension final FakeEngFlowExtension extension = new FakeEngFlowExtension();

  private FakeEngFlow server;
  private final ReadEvents received = new ReadEvents();

  @BeforeEach
  void setUp() {
    server = extension.server();
  }

  @Test
  void anInvocationOfTenThousandEventsSurvivesFiveCuts() {
    StoredStream stream = server.store().invocation(INVOCATION);
    appendNumbers(stream, 0, 10_000, 2_000);
    stream.complete();
    AtomicInteger cuts = new AtomicInteger();
    var cutting =
        new ReadEvents() {
          @Override
          public void handle(Event<BuildProgress> event, Delivery delivery) throws Exception {
            super.handle(event, delivery);
            if (cuts.get() < 5 && events().size() == 1_600 * (cuts.get() + 1)) {
              cuts.incrementAndGet();
              server.inject(Fault.reset());
            }
          }
        };
    try (var store = store(server).build()) {
      var options = DeliveryOptions.builder().buffer(100, 1 << 20).build();
      Subscription read = store.invocation(INVOCATION).subscribe(cutting, options);
      assertThat(end(read)).isNull();
      assertThat(read.stats().balances()).isTrue();
      assertThat(read.stats().received()).isEqualTo(10_000);
      assertThat(read.stats().delivered()).isEqualTo(10_000);
    }
    assertThat(cutting.texts()).isEqualTo(numbers(0, 10_000));
    assertThat(cuts).hasValue(5);
    assertThat(server.store().reads()).hasSizeGreaterThanOrEqualTo(6);
    assertThat(cutting.signals(SourceSignal.GapPossible.class)).isEmpty();
    assertThat(cutting.signals(SourceSignal.Connected.class))
        .extracting(SourceSignal.Connected::resumed)
        .startsWith(false)
        .filteredOn(resumed -> resumed)
        .hasSizeGreaterThanOrEqualTo(5);
  }

  @Test
  void anEndWithoutALastMessageIsACut() {
    server
        .store()
        .invocation(INVOCATION)
        .append(5)
        .complete()
        .endNext(2, Status.OK)
        .endNext(0, Status.OK)
        .endNext(1, Status.INTERNAL);
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received))).isNull();
    }
    assertThat(received.texts()).containsExactly("", "line 2", "line 3", "line 4", "line 5");
    assertThat(server.store().reads()).extracting(StoreRead::sent).containsExactly(2, 0, 1, 2);
  }

  @Test
  void aTruncatedStreamIsGivenUpAfterFiveCallsWithoutAnEvent() {
    StoredStream stream = server.store().invocation(INVOCATION).append(3).truncate();
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOfSatisfying(
              IncompleteStreamException.class,
              e -> {
                assertThat(e.continuationToken()).isEqualTo(stream.tokens().get(2));
                assertThat(e).hasNoCause().hasMessageContaining(INVOCATION);
              });
    }
    assertThat(received.events()).hasSize(3);
    assertThat(server.store().reads()).hasSize(6);
  }

  @Test
  void anInvocationWhoseToolHasVanishedIsIncomplete() {
    StoredStream stream =
        server
            .store()
            .invocation(INVOCATION)
            .append(3)
            .abandon(Status.FAILED_PRECONDITION.withDescription("no more"));
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOfSatisfying(
              IncompleteStreamException.class,
              e -> {
                assertThat(e.continuationToken()).isEqualTo(stream.tokens().get(2));
                assertThat(e.getCause())
                    .isInstanceOf(RpcException.class)
                    .hasMessageContaining("no more");
              });
    }
    assertThat(received.events()).hasSize(3);
  }

  @Test
  void anUnavailableServerIsAskedAgainForAsLongAsItTakes() {
    StoredStream stream = server.store().invocation(INVOCATION).append(2);
    for (int i = 0; i < 10; i++) {
      stream.endNext(i == 0 ? 1 : 0, Status.UNAVAILABLE);
    }
    stream.complete();
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received))).isNull();
    }
    assertThat(received.texts()).containsExactly("", "line 2");
    assertThat(server.store().reads()).hasSize(11);
  }

  @Test
  void errorsOfTheServersBeforeTheFirstEventEndTheReadAfterFiveCalls() {
    StoredStream stream = server.store().invocation(INVOCATION).append(1).complete();
    for (int i = 0; i < 5; i++) {
      stream.endNext(0, Status.INTERNAL.withDescription("index broken"));
    }
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOfSatisfying(
              RpcException.class, e -> assertThat(e.code()).isEqualTo("INTERNAL"))
          .hasMessageContaining("index broken");
    }
    assertThat(received.events()).isEmpty();
    assertThat(server.store().reads()).hasSize(5);
  }

  @Test
  void aServerThatIsUnavailableBeforeTheFirstEventIsNotCountedAmongThem() {
    StoredStream stream = server.store().invocation(INVOCATION).append(1).complete();
    for (int i = 0; i < 10; i++) {
      stream.endNext(0, i < 4 ? Status.DATA_LOSS : Status.UNAVAILABLE);
    }
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received))).isNull();
    }
    assertThat(received.events()).hasSize(1);
    assertThat(server.store().reads()).hasSize(11);
  }

  @Test
  void aCallThatBringsAnEventEndsTheRowHoweverItEnds() {
    StoredStream stream = server.store().invocation(INVOCATION).append(3).complete();
    for (int i = 0; i < 4; i++) {
      stream.endNext(0, Status.INTERNAL);
    }
    stream.endNext(1, Status.UNAVAILABLE).endNext(0, Status.INTERNAL);
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received))).isNull();
    }
    assertThat(received.texts()).containsExactly("", "line 2", "line 3");
  }

  @Test
  void anOutageIsWaitedOut() {
    StoredStream stream = server.store().invocation(INVOCATION).append(2);
    try (var store = store(server).build()) {
      Subscription read = store.invocation(INVOCATION).subscribe(received);
      received.awaitEvents(2);
      server.inject(Fault.outage());
      await().atMost(PATIENCE).until(() -> read.status().attempt() >= 3);
      server.heal();
      stream.append(1).complete();
      assertThat(end(read)).isNull();
    }
    assertThat(received.texts()).containsExactly("", "line 2", "line 3");
  }

  @Test
  void anUnknownInvocationEndsTheRead() {
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOfSatisfying(
              RpcException.class, e -> assertThat(e.code()).isEqualTo("NOT_FOUND"));
    }
    assertThat(server.store().reads()).hasSize(1);
  }

  @Test
  void anInvocationThatIsUnknownAtFirstIsAskedForAgainIfSoWished() {
    server.store().invocation(INVOCATION).append(1).complete().notFound(3);
    var patient = ReadOptions.builder().notFoundRetry(PATIENCE).build();
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION, patient).subscribe(received))).isNull();
    }
    assertThat(received.events()).hasSize(1);
    assertThat(server.store().reads()).hasSize(4);
  }

  @Test
  void thatPatienceEnds() {
    VirtualTime time = new VirtualTime();
    var patient = ReadOptions.builder().notFoundRetry(Duration.ofSeconds(30)).build();
    try (var store = store(server).timeSource(virtual(time)).build()) {
      Subscription read = store.invocation(INVOCATION, patient).subscribe(received);
      server.store().await(s -> s.reads().size() == 1, PATIENCE);
      await().atMost(PATIENCE).until(() -> read.status().state() == SourceState.BACKING_OFF);
      time.advance(Duration.ofSeconds(30));
      assertThat(end(read))
          .isInstanceOfSatisfying(
              RpcException.class, e -> assertThat(e.code()).isEqualTo("NOT_FOUND"));
    }
  }

  @Test
  void aMissingPermissionEndsTheRead() {
    server.store().invocation(INVOCATION).append(1).complete();
    server.refuse(EventStoreGrpc.getGetInvocationMethod(), Status.PERMISSION_DENIED);
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOfSatisfying(
              RpcException.class, e -> assertThat(e.code()).isEqualTo("PERMISSION_DENIED"));
    }
  }

  @Test
  void theTroubleOfOneReadIsNotThatOfAnother() {
    String other = "170d25bf-3eac-4ea6-85a8-4f0643165657";
    server.store().invocation(INVOCATION).append(2).truncate();
    StoredStream healthy = server.store().invocation(other).append(2);
    ReadEvents receivedOfOther = new ReadEvents();
    try (var store = store(server).build()) {
      Subscription two = store.invocation(other).subscribe(receivedOfOther);
      receivedOfOther.awaitEvents(2);
      Subscription one = store.invocation(INVOCATION).subscribe(received);
      assertThat(end(one)).isInstanceOf(IncompleteStreamException.class);
      healthy.complete();
      assertThat(end(two)).isNull();
    }
    assertThat(receivedOfOther.signals(SourceSignal.Disconnected.class)).isEmpty();
  }
}
