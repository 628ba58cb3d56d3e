package dev.infraevents.pubsub.push;

import static dev.infraevents.pubsub.push.PushRig.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.Concurrency;
import dev.infraevents.Delivery;
import dev.infraevents.FailureAction;
import dev.infraevents.SourceSignal.DeadlineNear;
import dev.infraevents.SourceState;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.PushMessage;
import dev.infraevents.testkit.pubsub.PushRequest;
import dev.infraevents.testkit.pubsub.PushResponse;
import dev.infraevents.testkit.pubsub.PushSubscription;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Redelivery, time, load and the end, over real HTTP. */
@ExtendWith(LeakCheck.class)
final class PushDeliveryTest {

  private final PushRig rig = new PushRig();
  private final VirtualTime time = new VirtualTime();
  private final BlockingQueue<Delivery> deferred = new LinkedBlockingQueue<>();
  private final ExecutorService senders = Executors.newCachedThreadPool();
  private final CountDownLatch gate = new CountDownLatch(1);

  @AfterEach
  void close() {
    gate.countDown();
    rig.close();
    senders.shutdown();
  }

  private void deferAll() {
    rig.handler(
        (event, delivery) -> {
          delivery.defer();
          deferred.add(delivery);
        });
  }

  private CompletableFuture<Integer> sending(PushRequest request) {
    return CompletableFuture.supplyAsync(() -> rig.status(request), senders);
  }

  private static AckOutcome outcome(CompletionStage<AckOutcome> answer) {
    return answer.toCompletableFuture().join();
  }

  @Test
  void aDeferredAcknowledgementIsTheAnswer() throws Exception {
    deferAll();
    rig.start();
    CompletableFuture<Integer> sent = sending(rig.request("1"));
    Delivery delivery = deferred.take();
    assertThat(sent).isNotDone();

    assertThat(outcome(delivery.extend(Duration.ofSeconds(30))))
        .isEqualTo(AckOutcome.NOT_APPLICABLE);
    assertThat(outcome(delivery.ack())).isEqualTo(AckOutcome.SENT);

    assertThat(sent.join()).isEqualTo(204);
  }

  @Test
  void aRedeliveryOfFinishedWorkIsAcknowledgedWithoutTheHandler() throws Exception {
    rig.start();
    PushSubscription queue = rig.pubsub.subscription(rig.endpoint()).duplicateEvery(1).start();
    IntStream.range(0, 10).forEach(i -> queue.publish(PushRig.message("m" + i)));
    queue.awaitEmpty(PATIENCE);

    assertThat(queue.pushes()).hasSize(20).allMatch(push -> push.response().status() == 204);
    assertThat(rig.eventIds()).hasSize(10).doesNotHaveDuplicates();
    rig.awaitStats(stats -> assertThat(stats.deduplicated()).isEqualTo(10));
  }

  @Test
  void aFailedPushComesAgainUntilTheHandlerSucceeds() throws Exception {
    rig.handler(
            (event, delivery) -> {
              if (rig.events.size() < 3) {
                throw new IllegalStateException("not yet");
              }
            })
        .start();
    PushSubscription queue = rig.pubsub.subscription(rig.endpoint()).start();
    queue.publish(PushRig.message("1"));
    queue.awaitEmpty(PATIENCE);

    assertThat(queue.pushes())
        .extracting(push -> push.response().status())
        .containsExactly(500, 500, 204);
    assertThat(rig.eventIds()).containsExactly("1", "1", "1");
  }

  // The deadline.

  @Test
  void workThatTakesTooLongIsAnsweredInTimeAndItsRedeliveryFindsItDone() throws Exception {
    List<CompletionStage<AckOutcome>> answers = new ArrayList<>();
    rig.handler(
            (event, delivery) -> {
              deferred.add(delivery);
              gate.await();
              answers.add(delivery.ack());
            })
        .time(time)
        .start();
    CompletableFuture<Integer> first = sending(rig.request("1"));
    Delivery delivery = deferred.take();
    assertThat(delivery.deadline()).isEqualTo(time.clock().instant().plusSeconds(9));

    time.advance(Duration.ofSeconds(9).minusNanos(1));
    assertThat(first).isNotDone();
    time.advance(Duration.ofNanos(1));

    assertThat(first.join()).isEqualTo(503);
    gate.countDown();
    rig.awaitStats(stats -> assertThat(stats.delivered()).isOne());
    assertThat(outcome(answers.get(0))).isEqualTo(AckOutcome.DEADLINE_PASSED);
    assertThat(rig.status(rig.request("1"))).isEqualTo(204);
    assertThat(rig.eventIds()).containsExactly("1");
    rig.awaitStats(stats -> assertThat(stats.deduplicated()).isOne());
    await()
        .atMost(PATIENCE)
        .until(() -> rig.signals.stream().filter(DeadlineNear.class::isInstance).count() == 2);
  }

  @Test
  void aRedeliveryOfWorkThatIsStillGoingOnGetsItsAnswer() throws Exception {
    rig.handler(
            (event, delivery) -> {
              deferred.add(delivery);
              gate.await();
            })
        .time(time)
        .start();
    CompletableFuture<Integer> first = sending(rig.request("1"));
    deferred.take();
    time.advance(Duration.ofSeconds(9));
    assertThat(first.join()).isEqualTo(503);

    CompletableFuture<Integer> second = sending(rig.request("1"));
    rig.awaitStats(stats -> assertThat(stats.deduplicated()).isOne());
    gate.countDown();

    assertThat(second.join()).isEqualTo(204);
    assertThat(rig.eventIds()).containsExactly("1");
  }

  @Test
  void whatIsSettledAfterTheDeadlineSaysSo() throws Exception {
    deferAll();
    rig.receiver(builder -> builder.ackDeadline(Duration.ofSeconds(60))).time(time).start();
    CompletableFuture<Integer> sent = sending(rig.request("1"));
    Delivery delivery = deferred.take();

    time.advance(Duration.ofSeconds(59));

    assertThat(sent.join()).isEqualTo(503);
    assertThat(outcome(delivery.ack())).isEqualTo(AckOutcome.DEADLINE_PASSED);
  }

  @Test
  void deadlinesAreEachPushsOwn() throws Exception {
    rig.delivery(options -> options.concurrency(Concurrency.unordered(8)));
    deferAll();
    rig.time(time).start();
    List<CompletableFuture<Integer>> sent = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sent.add(sending(rig.request("m" + i)));
      deferred.take();
      time.advance(Duration.ofSeconds(1));
    }
    time.advance(Duration.ofSeconds(3));
    for (CompletableFuture<Integer> each : sent) {
      assertThat(each).isNotDone();
      time.advance(Duration.ofSeconds(1));
      assertThat(each.join()).isEqualTo(503);
    }
  }

  @Test
  void aClockThatIsSetBackDoesNotPutDeadlinesOff() throws Exception {
    AtomicReference<Duration> set = new AtomicReference<>(Duration.ZERO);
    InstantSource clock = () -> time.clock().instant().plus(set.get());
    deferAll();
    rig.receiver(builder -> builder.timeSource(new TimeSource(clock, time::nanoTime, time)))
        .start();
    CompletableFuture<Integer> sent = sending(rig.request("1"));
    Delivery delivery = deferred.take();

    set.set(Duration.ofMinutes(-10));
    time.advance(Duration.ofSeconds(9));

    assertThat(sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(503);
    assertThat(outcome(delivery.ack())).isEqualTo(AckOutcome.DEADLINE_PASSED);
  }

  // Poison.

  @Test
  void poisonDoesNotStallTheQueue() throws Exception {
    rig.start();
    PushSubscription queue = rig.pubsub.subscription(rig.endpoint()).pushBackoff().start();
    queue.publish(PushMessage.event("DEVICE_OTA_STARTED", "not json").withId("p1"));
    queue.publish(PushMessage.event("DEVICE_OTA_STARTED", "{\"Uuid\":5}").withId("p2"));
    queue.publish(PushRig.message("1"));
    queue.awaitEmpty(PATIENCE);

    assertThat(PushRig.statuses(queue)).containsExactly(204);
    assertThat(queue.pushes()).hasSize(3);
    assertThat(rig.eventIds()).containsExactly("1");
    assertThat(rig.deadLetters).hasSize(2);
    rig.awaitStats(stats -> assertThat(stats.undecodable()).isEqualTo(2));
  }

  @Test
  void theSamplePayloadOfTheDocumentationIsReportedAndAcknowledged() throws Exception {
    rig.start();
    var sample =
        PushMessage.of(Bytes.ofUtf8("hello_world")).with("event-type", "DEVICE_OTA_STARTED");

    PushResponse response = rig.send(rig.pubsub.request(sample));

    assertThat(response.status()).isEqualTo(204);
    assertThat(rig.events).isEmpty();
    assertThat(rig.deadLetters).hasSize(1);
    assertThat(rig.deadLetters.get(0).raw().utf8()).contains("aGVsbG9fd29ybGQ=");
  }

  @Test
  void poisonComesAgainIfTheApplicationWantsThatOrNobodyTookNoteOfIt() throws Exception {
    var poison = PushMessage.event("DEVICE_OTA_STARTED", "{}");
    rig.delivery(options -> options.onFailure(FailureAction.NACK)).start();
    assertThat(rig.status(rig.pubsub.request(poison))).isEqualTo(500);
    rig.subscription().close();

    rig.delivery(
        options ->
            options.deadLetters(
                letter -> {
                  throw new IllegalStateException("the disk is full");
                }));
    rig.subscribe();
    assertThat(rig.status(rig.pubsub.request(poison))).isEqualTo(500);
  }

  // Load.

  @Test
  void beyondTheBufferPushesAreRefusedUnreadUntilThereIsRoom() throws Exception {
    rig.delivery(options -> options.buffer(2, 1 << 20)).handler((e, d) -> gate.await()).start();
    CompletableFuture<Integer> first = sending(rig.request("1"));
    CompletableFuture<Integer> second = sending(rig.request("2"));
    rig.awaitStats(stats -> assertThat(stats.inFlight()).isEqualTo(2));

    assertThat(rig.status(rig.request("3"))).isEqualTo(503);
    assertThat(rig.stats().received()).isEqualTo(2);
    gate.countDown();
    assertThat(first.join()).isEqualTo(204);
    assertThat(second.join()).isEqualTo(204);
    await().atMost(PATIENCE).until(() -> rig.status(rig.request("3")) == 204);
  }

  @Test
  void beyondTheBytesOfTheBufferPushesAreRefused() throws Exception {
    rig.delivery(options -> options.buffer(100, 100_000)).handler((e, d) -> gate.await()).start();
    byte[] big = new byte[80_000];
    CompletableFuture<Integer> first =
        sending(rig.pubsub.request(PushMessage.of(Bytes.of(big)).withId("1")));
    rig.awaitStats(stats -> assertThat(stats.inFlight()).isOne());

    var second = rig.pubsub.request(PushMessage.of(Bytes.of(big)).withId("2"));
    assertThat(rig.status(second)).isEqualTo(503);
    assertThat(rig.status(second.chunked())).isEqualTo(503);
    gate.countDown();

    assertThat(first.join()).isEqualTo(204);
    await().atMost(PATIENCE).until(() -> rig.status(second.chunked()) == 204);
    assertThat(rig.eventIds()).containsExactly("1", "2");
  }

  @Test
  void aBurstThatIsLargerThanTheBufferIsDeliveredInTheEnd() throws Exception {
    rig.delivery(options -> options.buffer(3, 1 << 20).concurrency(Concurrency.unordered(2)))
        .start();
    PushSubscription queue = rig.pubsub.subscription(rig.endpoint()).concurrency(16).start();
    IntStream.range(0, 300).forEach(i -> queue.publish(PushRig.message("m" + i)));
    queue.awaitEmpty(PATIENCE);

    assertThat(rig.eventIds()).hasSize(300).doesNotHaveDuplicates();
    assertThat(PushRig.statuses(queue)).isSubsetOf(204, 503);
    rig.awaitStats(stats -> assertThat(stats.balances()).isTrue());
    assertThat(rig.stats().dropped()).isZero();
  }

  // The end.

  @Test
  void closingLetsOpenPushesFinishAndAnswersThoseThatDoNot() throws Exception {
    rig.delivery(
            options ->
                options.concurrency(Concurrency.unordered(4)).drainTimeout(Duration.ofSeconds(5)))
        .time(time);
    deferAll();
    rig.start();
    CompletableFuture<Integer> finished = sending(rig.request("1"));
    Delivery first = deferred.take();
    CompletableFuture<Integer> unfinished = sending(rig.request("2"));
    Delivery second = deferred.take();

    CompletableFuture<Void> closing = CompletableFuture.runAsync(rig.receiver()::close, senders);
    await()
        .atMost(PATIENCE)
        .until(() -> rig.subscription().status().state() == SourceState.DRAINING);
    assertThat(rig.status(rig.request("3"))).isEqualTo(503);
    assertThat(outcome(first.ack())).isEqualTo(AckOutcome.SENT);
    assertThat(finished.join()).isEqualTo(204);
    assertThat(unfinished).isNotDone();
    time.advance(Duration.ofSeconds(5));

    assertThat(unfinished.join()).isEqualTo(503);
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              time.advance(Duration.ofSeconds(1));
              return closing.isDone();
            });
    assertThat(outcome(second.ack())).isEqualTo(AckOutcome.STREAM_GONE);
    assertThat(time.pendingTasks()).isZero();
  }
}
