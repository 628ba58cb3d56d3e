package dev.infraevents.grpc;

import static dev.infraevents.grpc.StoreTests.INVOCATION;
import static dev.infraevents.grpc.StoreTests.PATIENCE;
import static dev.infraevents.grpc.StoreTests.end;
import static dev.infraevents.grpc.StoreTests.store;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.infraevents.ConfigurationException;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.FakeEngFlowExtension;
import dev.infraevents.testkit.engflow.StoreRead;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the reads of a client share: bounds, credentials, the end. */
@ExtendWith(LeakCheck.class)
class EventStoreClientTest {

  @RegisterExtension
  final FakeEngFlowExtension extension = new FakeEngFlowExtension(FakeEngFlow.builder());

  private FakeEngFlow server;
  private final ReadEvents received = new ReadEvents();

  @BeforeEach
  void setUp() {
    server = extension.server();
  }

  @Test
  void noMoreReadsRunThanAllowedAndTheOthersTakeTheirTurn() {
    List<String> ids = ids(12);
    ids.forEach(id -> server.store().invocation(id).append(1));
    try (var store = store(server).maxConcurrentReads(3).build()) {
      List<Subscription> reads = new ArrayList<>();
      ids.forEach(id -> reads.add(store.invocation(id).subscribe(received)));
      for (int i = 0; i < ids.size(); i++) {
        int expected = Math.min(i + 3, ids.size());
        server.store().await(s -> s.reads().size() == expected, PATIENCE);
        assertThat(reads.subList(expected, reads.size()))
            .allMatch(read -> read.status().state() == SourceState.IDLE);
        server.store().invocation(ids.get(i)).complete();
        assertThat(end(reads.get(i))).isNull();
      }
    }
    assertThat(server.store().mostOpenReads()).isLessThanOrEqualTo(3);
    assertThat(server.store().reads().subList(3, 12))
        .extracting(StoreRead::id)
        .isEqualTo(ids.subList(3, 12));
    assertThat(received.events()).hasSize(12);
  }

  @Test
  void aReadThatIsClosedWhileItWaitsIsForgotten() {
    List<String> ids = ids(3);
    ids.forEach(id -> server.store().invocation(id).append(1));
    try (var store = store(server).maxConcurrentReads(1).build()) {
      Subscription first = store.invocation(ids.get(0)).subscribe(received);
      Subscription second = store.invocation(ids.get(1)).subscribe(received);
      Subscription third = store.invocation(ids.get(2)).subscribe(received);
      received.awaitEvents(1);
      second.close();
      assertThat(second.completion().toCompletableFuture()).isCompleted();
      first.close();
      received.awaitEvents(2);
      assertThat(third.status().state()).isEqualTo(SourceState.STREAMING);
    }
    assertThat(server.store().reads())
        .extracting(StoreRead::id)
        .containsExactly(ids.get(0), ids.get(2));
  }

  @Test
  void closingTheClientEndsItsReadsAndTheirCalls() {
    List<String> ids = ids(4);
    ids.forEach(id -> server.store().invocation(id).append(1));
    var store = store(server).maxConcurrentReads(3).build();
    List<Subscription> reads =
        ids.stream().map(id -> store.invocation(id).subscribe(received)).toList();
    received.awaitEvents(3);

    store.close();

    assertThat(reads)
        .allSatisfy(
            read -> {
              assertThat(read.completion().toCompletableFuture()).isCompleted();
              assertThat(read.status().state()).isEqualTo(SourceState.CLOSED);
            });
    server.store().await(s -> s.openReads() == 0, PATIENCE);
    assertThat(server.store().reads()).hasSize(3);
    assertThatThrownBy(() -> store.invocation(INVOCATION).subscribe(received))
        .isInstanceOf(IllegalStateException.class);
    store.close();
  }

  @Test
  void closingTheClientDrainsAllItsReadsAtTheSameTime() throws InterruptedException {
    List<String> ids = ids(3);
    ids.forEach(id -> server.store().invocation(id).append(1));
    var busy = new CountDownLatch(ids.size());
    var release = new CountDownLatch(1);
    EventHandler<BuildProgress> handler =
        (event, delivery) -> {
          busy.countDown();
          release.await();
        };
    var patient = DeliveryOptions.builder().drainTimeout(Duration.ofHours(1)).build();
    var store = store(server).build();
    List<Subscription> reads =
        ids.stream().map(id -> store.invocation(id).subscribe(handler, patient)).toList();
    busy.await();
    var closing = new Thread(store::close);
    closing.start();
    try {
      await()
          .atMost(PATIENCE)
          .until(() -> reads.stream().allMatch(EventStoreClientTest::isDraining));
    } finally {
      release.countDown();
      closing.join();
    }
    assertThat(reads).allMatch(read -> read.stats().delivered() == 1);
    assertThat(reads).allMatch(read -> read.status().state() == SourceState.CLOSED);
  }

  private static boolean isDraining(Subscription read) {
    return read.status().state() == SourceState.DRAINING;
  }

  @Test
  void aHandlerCanCloseItsReadItsSourceOrTheClient() {
    server.store().invocation(INVOCATION).append(3);
    try (var store = store(server).build()) {
      var source = store.invocation(INVOCATION);
      CompletableFuture<Subscription> itself = new CompletableFuture<>();
      itself.complete(source.subscribe(whenHandling(() -> itself.join().close())));
      assertThat(end(itself.join())).isNull();
      assertThat(end(source.subscribe(whenHandling(source::close)))).isNull();
      Subscription last = store.invocation(INVOCATION).subscribe(whenHandling(store::close));
      assertThat(end(last)).isNull();
    }
  }

  @Test
  void aReadThatIsCompleteIsNotCancelled() {
    server.store().invocation(INVOCATION).append(3).complete();
    try (var store = store(server).build()) {
      for (int i = 0; i < 20; i++) {
        assertThat(end(store.invocation(INVOCATION).subscribe(received))).isNull();
      }
    }
    assertThat(server.store().reads()).allMatch(read -> read.end().orElseThrow().isOk());
  }

  @Test
  void allReadsShareOneConnection() {
    server.store().invocation(INVOCATION).append(1);
    List<String> ids = ids(8);
    ids.forEach(id -> server.store().invocation(id).append(1).complete());
    try (var store = store(server).build()) {
      store.invocation(INVOCATION).subscribe(received);
      received.awaitEvents(1);
      server.inject(Fault.refuse(Integer.MAX_VALUE)); // further connections
      ids.forEach(id -> assertThat(end(store.invocation(id).subscribe(received))).isNull());
    }
    assertThat(server.calls()).hasSize(9);
  }

  @Test
  void aHandlerThatDefersIsHandedOneEventAtATimeIfSoWished() throws InterruptedException {
    server.store().invocation(INVOCATION).append(3).complete();
    BlockingQueue<Delivery> deferred = new LinkedBlockingQueue<>();
    EventHandler<BuildProgress> handler =
        (event, delivery) -> {
          delivery.defer();
          deferred.add(delivery);
        };
    var oneByOne = DeliveryOptions.builder().buffer(1, 1 << 20).build();
    try (var store = store(server).build()) {
      Subscription read = store.invocation(INVOCATION).subscribe(handler, oneByOne);
      for (int i = 0; i < 3; i++) {
        Delivery delivery = deferred.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(delivery).isNotNull();
        assertThat(deferred).isEmpty();
        assertThat(read.stats().inFlight()).isEqualTo(1);
        assertThat(read.completion().toCompletableFuture()).isNotDone();
        delivery.ack();
      }
      assertThat(end(read)).isNull();
    }
  }

  @Test
  void aBoundBelowOneIsRefused() {
    assertThatThrownBy(() -> EventStoreClient.builder().maxConcurrentReads(0))
        .isInstanceOf(ConfigurationException.class);
  }

  private static EventHandler<BuildProgress> whenHandling(Runnable task) {
    return new EventHandler<>() {
      @Override
      public void handle(Event<BuildProgress> event, Delivery delivery) {
        task.run();
      }
    };
  }

  private static List<String> ids(int count) {
    return Stream.generate(() -> UUID.randomUUID().toString()).limit(count).toList();
  }
}
