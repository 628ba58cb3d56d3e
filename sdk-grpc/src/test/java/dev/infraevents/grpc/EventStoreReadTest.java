package dev.infraevents.grpc;

import static dev.infraevents.grpc.StoreTests.BUILD;
import static dev.infraevents.grpc.StoreTests.INVOCATION;
import static dev.infraevents.grpc.StoreTests.PATIENCE;
import static dev.infraevents.grpc.StoreTests.appendNumbers;
import static dev.infraevents.grpc.StoreTests.end;
import static dev.infraevents.grpc.StoreTests.numbers;
import static dev.infraevents.grpc.StoreTests.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.infraevents.Capability;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DeadLetter;
import dev.infraevents.DecodingException;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.RpcException;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.FakeEngFlowExtension;
import dev.infraevents.testkit.engflow.StoreRead;
import dev.infraevents.testkit.engflow.StoredStream;
import dev.infraevents.testkit.junit.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a read brings when nothing goes wrong. */
@ExtendWith(LeakCheck.class)
class EventStoreReadTest {

  private static final ReadOptions STOP =
      ReadOptions.builder().replayMode(ReplayMode.STOP_AFTER_LAST_KNOWN).build();

  @RegisterExtension final FakeEngFlowExtension extension = new FakeEngFlowExtension();

  private FakeEngFlow server;
  private final ReadEvents received = new ReadEvents();

  @BeforeEach
  void setUp() {
    server = extension.server();
  }

  @Test
  void theEventsOfAnInvocationCanBeIteratedOver() {
    server.store().invocation(BUILD, INVOCATION).append(3).complete();
    List<String> seen = new ArrayList<>();
    try (var store = store(server).build();
        var events = store.invocation(INVOCATION).events()) {
      events.forEachRemaining(event -> seen.add(event.type() + " " + StoreTests.text(event)));
    }
    assertThat(seen)
        .containsExactly(
            EngFlow.PROGRESS_INVOCATION_ATTEMPT_STARTED + " ",
            EngFlow.PROGRESS_CONSOLE_OUTPUT + " line 2",
            EngFlow.PROGRESS_CONSOLE_OUTPUT + " line 3");
  }

  @Test
  void anEventSaysWhoseItIsAndWhereItStands() {
    StoredStream stream = server.store().invocation(BUILD, INVOCATION).append(2).complete();
    try (var store = store(server).build();
        var source = store.invocation(INVOCATION)) {
      assertThat(end(source.subscribe(received))).isNull();
      assertThat(source.capabilities())
          .containsExactlyInAnyOrder(Capability.RESUME, Capability.REPLAY, Capability.ORDERED);
    }
    Event<? extends BuildProgress> last = received.events().get(1);
    assertThat(last.id()).isEqualTo(INVOCATION + "/" + stream.tokens().get(1));
    assertThat(last.subject()).isEqualTo(BUILD);
    assertThat(last.source()).hasToString(server.url());
    assertThat(last.attributes()).containsEntry(EngFlow.INVOCATION, INVOCATION);
    assertThat(last.payload().stream().last()).isTrue();
    assertThat(last.payload().stream().continuationToken()).isEqualTo(stream.tokens().get(1));
  }

  @Test
  void aBuildBringsTheEventsOfItsInvocations() {
    StoredStream build = server.store().build(BUILD).append(1);
    server.store().invocation(BUILD, INVOCATION).append(2).complete();
    build.append(1).complete();
    try (var store = store(server).build()) {
      Subscription read = store.build(BUILD).subscribe(received);
      assertThat(end(read)).isNull();
      assertThat(read.stats().delivered()).isEqualTo(4);
    }
    assertThat(received.events())
        .extracting(event -> event.payload().stream().invocationId())
        .containsExactly("", INVOCATION, INVOCATION, "");
  }

  @Test
  void aReadFollowsUntilTheInvocationIsComplete() {
    StoredStream stream = server.store().invocation(INVOCATION).append(2);
    try (var store = store(server).build()) {
      Subscription read = store.invocation(INVOCATION).subscribe(received);
      received.awaitEvents(2);
      stream.appendOutput("later");
      received.awaitEvents(3);
      assertThat(read.completion().toCompletableFuture()).isNotDone();
      stream.complete(); // the readers have all events: the last message is without one
      assertThat(end(read)).isNull();
    }
    assertThat(received.texts()).containsExactly("", "line 2", "later");
    assertThat(server.store().reads()).hasSize(1);
  }

  @Test
  void aReadCanStopAtWhatIsKnown() {
    server.store().invocation(INVOCATION).append(2);
    try (var store = store(server).build()) {
      Subscription read = store.invocation(INVOCATION, STOP).subscribe(received);
      assertThat(end(read)).isNull();
    }
    assertThat(received.texts()).containsExactly("", "line 2");
    assertThat(server.store().reads()).hasSize(1);
  }

  @Test
  void anotherReadGoesOnFromAPersistedToken() {
    StoredStream stream = server.store().invocation(INVOCATION).append(5);
    String persisted;
    try (var store = store(server).build();
        var events = store.invocation(INVOCATION, STOP).events()) {
      events.next();
      persisted = events.next().payload().stream().continuationToken();
    }
    stream.complete();
    try (var store = store(server).build()) {
      ReadOptions rest = ReadOptions.builder().from(persisted).build();
      assertThat(end(store.invocation(INVOCATION, rest).subscribe(received))).isNull();
    }
    assertThat(received.texts()).containsExactly("line 3", "line 4", "line 5");
  }

  @Test
  void nothingIsLeftAfterTheFinalToken() {
    StoredStream stream = server.store().invocation(INVOCATION).append(2).complete();
    ReadOptions rest = ReadOptions.builder().from(stream.tokens().get(1)).build();
    try (var store = store(server).build()) {
      Subscription read = store.invocation(INVOCATION, rest).subscribe(received);
      assertThat(end(read)).isNull();
      assertThat(read.stats().received()).isZero();
    }
  }

  @Test
  void anEventMayBeAsLargeAsAClusterAccepts() {
    server.store().invocation(INVOCATION).appendOutput("x".repeat(20 << 20)).complete();
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received))).isNull();
    }
    assertThat(received.texts().get(0)).hasSize(20 << 20);
  }

  @Test
  void anEventLargerThanAllowedEndsTheReadWithAnErrorThatNamesTheSetting() {
    server.store().invocation(INVOCATION).append(1).appendOutput("x".repeat(2 << 20)).complete();
    try (var store = store(server).maxMessageSize(1 << 20).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("maxMessageSize");
    }
    assertThat(received.events()).hasSize(1);
  }

  @Test
  void aSlowHandlerDoesNotMakeTheClientBuffer() throws InterruptedException {
    StoredStream stream = server.store().invocation(INVOCATION);
    appendNumbers(stream, 0, 1_000, 10_000);
    stream.complete();
    CountDownLatch release = new CountDownLatch(1);
    var slow =
        new ReadEvents() {
          @Override
          public void handle(Event<BuildProgress> event, Delivery delivery) throws Exception {
            release.await();
            super.handle(event, delivery);
          }
        };
    try (var store = store(server).build()) {
      var options = DeliveryOptions.builder().buffer(10, 1 << 20).build();
      Subscription read = store.invocation(INVOCATION).subscribe(slow, options);
      await().atMost(PATIENCE).until(() -> read.stats().inFlight() >= 10);
      StoreRead call = server.store().reads().get(0);
      // What gRPC may hold is bounded by its window of 256 KiB.
      assertThat(call.sent()).isLessThan(100);
      release.countDown();
      assertThat(end(read)).isNull();
      assertThat(read.stats().inFlight()).isZero();
      assertThat(read.stats().dropped()).isZero();
    }
    assertThat(slow.texts()).isEqualTo(numbers(0, 1_000));
    assertThat(server.store().reads()).hasSize(1);
  }

  @Test
  void whatCanNotBeReadIsReportedAndTheStreamGoesOn() {
    server
        .store()
        .invocation(INVOCATION)
        .append(2)
        .appendUnreadable()
        .appendOutput("after")
        .appendUnreadable()
        .complete();
    List<DeadLetter> letters = new CopyOnWriteArrayList<>();
    try (var store = store(server).build()) {
      var options = DeliveryOptions.builder().deadLetters(letters::add).build();
      Subscription read = store.invocation(INVOCATION).subscribe(received, options);
      assertThat(end(read)).isNull();
      assertThat(read.stats().undecodable()).isEqualTo(2);
      assertThat(read.stats().balances()).isTrue();
    }
    assertThat(received.texts()).containsExactly("", "line 2", "after");
    assertThat(letters)
        .allSatisfy(
            letter -> {
              assertThat(letter.cause()).isInstanceOf(DecodingException.class);
              assertThat(letter.raw().isEmpty()).isFalse();
            });
    assertThat(server.store().reads()).hasSize(1);
  }

  @Test
  void requestsNameTheInstanceThatWasSet() {
    server.store().invocation(INVOCATION).append(1).complete();
    var named = ReadOptions.builder().instanceName("other").build();
    try (var store = store(server).instanceNames(InstanceNames.fixed("example-oss")).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received))).isNull();
      assertThat(end(store.invocation(INVOCATION, named).subscribe(received))).isNull();
    }
    try (var store = store(server).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received))).isNull();
    }
    assertThat(server.store().reads())
        .extracting(StoreRead::instanceName)
        .containsExactly("example-oss", "other", "");
  }

  @Test
  void aClusterThatRejectsInstanceNamesEndsTheReadAtOnce() {
    server.store().invocation(INVOCATION).append(1).complete();
    server.store().rejectInstanceNames();
    try (var store = store(server).instanceNames(InstanceNames.fixed("example-oss")).build()) {
      assertThat(end(store.invocation(INVOCATION).subscribe(received)))
          .isInstanceOfSatisfying(
              RpcException.class, e -> assertThat(e.code()).isEqualTo("INVALID_ARGUMENT"));
    }
    assertThat(server.store().reads()).hasSize(1);
  }

  @Test
  void idsAreCheckedBeforeAnythingIsSent() {
    try (var store = store(server).build()) {
      for (String id : List.of("", "x", "a/" + INVOCATION, INVOCATION + "0")) {
        assertThatThrownBy(() -> store.invocation(id)).isInstanceOf(IllegalArgumentException.class);
      }
      for (String id :
          List.of(
              "",
              "a-/" + INVOCATION,
              "a--b/" + INVOCATION,
              "/" + INVOCATION,
              "a b/" + INVOCATION)) {
        assertThatThrownBy(() -> store.build(id)).isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> store.build("a/".repeat(100_000) + INVOCATION))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> store.build(BUILD, STOP))
          .isInstanceOf(IllegalArgumentException.class);
      store.build("1A/b-2-C/" + INVOCATION).close();
    }
    assertThat(server.calls()).isEmpty();
  }
}
