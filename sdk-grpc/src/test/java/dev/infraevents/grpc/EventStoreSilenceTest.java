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
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.FakeEngFlowExtension;
import dev.infraevents.testkit.engflow.StoredStream;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import io.grpc.Metadata;
import io.grpc.Status;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a read takes silence. */
@ExtendWith(LeakCheck.class)
class EventStoreSilenceTest {

  @RegisterExtension final FakeEngFlowExtension extension = new FakeEngFlowExtension();

  private FakeEngFlow server;
  private final ReadEvents received = new ReadEvents();

  @BeforeEach
  void setUp() {
    server = extension.server();
  }

  @Test
  void aReadThatIsResumedAndHearsNothingIsStreaming() {
    StoredStream stream = server.store().invocation(INVOCATION).append(1);
    var options = StoreTests.QUICK.toBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    try (var store = store(server).connection(options).build()) {
      Subscription read = store.invocation(INVOCATION).subscribe(received);
      received.awaitEvents(1);
      server.inject(Fault.reset());
      await()
          .atMost(PATIENCE)
          .until(
              () -> read.status().epoch() == 2 && read.status().state() == SourceState.STREAMING);
      stream.complete();
      assertThat(end(read)).isNull();
    }
    assertThat(received.signals(SourceSignal.GapPossible.class)).isEmpty();
  }

  @Test
  void aReadThatHearsNothingForTooLongIsIncomplete() {
    VirtualTime time = new VirtualTime();
    StoredStream stream = server.store().invocation(INVOCATION).append(1);
    var options = ReadOptions.builder().idleTimeout(Duration.ofSeconds(20)).build();
    try (var store = store(server).timeSource(virtual(time)).build()) {
      Subscription read = store.invocation(INVOCATION, options).subscribe(received);
      received.awaitEvents(1);
      time.advance(Duration.ofSeconds(19));
      stream.append(1);
      received.awaitEvents(2);
      time.advance(Duration.ofSeconds(19));
      assertThat(read.completion().toCompletableFuture()).isNotDone();
      time.advance(Duration.ofSeconds(1));
      assertThat(end(read))
          .isInstanceOfSatisfying(
              IncompleteStreamException.class,
              e -> assertThat(e.continuationToken()).isEqualTo(stream.tokens().get(1)));
    }
  }

  @Test
  void timeInWhichThereIsNoConnectionIsNotSilence() throws Exception {
    VirtualTime time = new VirtualTime();
    var options = ReadOptions.builder().idleTimeout(Duration.ofSeconds(5)).build();
    try (var mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var store =
            EventStoreClient.builder()
                .endpoint("grpc://127.0.0.1:" + mute.getLocalPort())
                .connection(StoreTests.QUICK) // gives a connection 10 s
                .timeSource(virtual(time))
                .build()) {
      Subscription read = store.invocation(INVOCATION, options).subscribe(received);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                time.advance(Duration.ofSeconds(1));
                return read.status().attempt() >= 3 || read.status().state().isFinal();
              });
      assertThat(read.completion().toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void aHandlerThatTakesItsTimeIsNotTakenForSilence() {
    VirtualTime time = new VirtualTime();
    server.store().invocation(INVOCATION).append(3).complete();
    CountDownLatch release = new CountDownLatch(1);
    var slow =
        new ReadEvents() {
          @Override
          public void handle(Event<BuildProgress> event, Delivery delivery) throws Exception {
            super.handle(event, delivery);
            release.await();
          }
        };
    var options = ReadOptions.builder().idleTimeout(Duration.ofSeconds(5)).build();
    var oneAtATime = DeliveryOptions.builder().buffer(1, 1 << 20).build();
    try (var store = store(server).timeSource(virtual(time)).build()) {
      Subscription read = store.invocation(INVOCATION, options).subscribe(slow, oneAtATime);
      slow.awaitEvents(1);
      time.advance(Duration.ofSeconds(20));
      release.countDown();
      assertThat(end(read)).isNull();
    }
    assertThat(slow.texts()).containsExactly("", "line 2", "line 3");
  }

  @Test
  void aDeadConnectionIsNoticedAndReplaced() {
    VirtualTime time = new VirtualTime();
    StoredStream stream = server.store().invocation(INVOCATION).append(1);
    try (var store = store(server).timeSource(virtual(time)).build()) {
      Subscription read = store.invocation(INVOCATION).subscribe(received);
      received.awaitEvents(1);
      server.inject(Fault.halfOpen());
      stream.append(1).complete();
      time.advance(StoreTests.QUICK.pingInterval().plus(StoreTests.QUICK.pongTimeout()));
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                time.advance(Duration.ofMillis(20)); // the backoff
                return read.completion().toCompletableFuture().isDone();
              });
      assertThat(end(read)).isNull();
      server.heal();
    }
    assertThat(received.texts()).containsExactly("", "line 2");
    assertThat(server.store().reads()).hasSize(2);
  }

  @Test
  void noEventIsLostOrDoubledWhenACallIsGivenUpInItsMidst() {
    VirtualTime time = new VirtualTime();
    StoredStream stream = server.store().invocation(INVOCATION);
    appendNumbers(stream, 0, 5_000, 1_000);
    stream.complete();
    var impatient =
        new ReadEvents() {
          @Override
          public void handle(Event<BuildProgress> event, Delivery delivery) throws Exception {
            super.handle(event, delivery);
            if (events().size() % 250 == 0) {
              time.advance(Duration.ofSeconds(31)); // the connection is taken for dead
            }
          }
        };
    try (var store = store(server).timeSource(virtual(time)).build()) {
      var options = DeliveryOptions.builder().buffer(100, 1 << 20).build();
      Subscription read = store.invocation(INVOCATION).subscribe(impatient, options);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                time.advance(Duration.ofMillis(20)); // the backoff
                return read.completion().toCompletableFuture().isDone();
              });
      assertThat(end(read)).isNull();
      assertThat(read.stats().received()).isEqualTo(5_000);
    }
    assertThat(impatient.texts()).isEqualTo(numbers(0, 5_000));
    assertThat(server.store().reads()).hasSizeGreaterThan(5);
  }

  @Test
  void aServerThatFindsItselfPingedTooOftenIsPingedHalfAsOften() {
    VirtualTime time = new VirtualTime();
    EngFlowSettings settings = store(server).timeSource(virtual(time)).settings();
    Status tooMany =
        Status.RESOURCE_EXHAUSTED.withDescription("HTTP/2 error code: ENHANCE_YOUR_CALM");
    try (var channel = new ReadChannel(settings)) {
      Duration interval = channel.pingInterval();
      time.advance(interval);
      for (int calls = 0; calls < 3; calls++) {
        assertThat(channel.failure("a call", tooMany, new Metadata(), null, false).isRetryable())
            .isTrue();
      }
      assertThat(channel.pingInterval()).isEqualTo(interval.multipliedBy(2));
    }
  }
}
