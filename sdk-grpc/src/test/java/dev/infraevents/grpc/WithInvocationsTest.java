package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AckOutcome;
import dev.infraevents.DeadLetter;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventFilter;
import dev.infraevents.FailureAction;
import dev.infraevents.RpcException;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.grpc.proto.eventstore.EventStoreGrpc;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.StoredStream;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.Status;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The events of finished invocations, on their way through the subscription of the queue. */
@ExtendWith(LeakCheck.class)
class WithInvocationsTest {

  private final FakeEngFlow fake = FakeEngFlow.builder().releaseAtStreamEnd().start();
  private final List<Event<? extends EngFlowPayload>> events = new CopyOnWriteArrayList<>();
  private final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();
  private final String invocation = UUID.randomUUID().toString();
  private final StoredStream stream = fake.store().invocation("build", invocation);

  @AfterEach
  void stop() {
    fake.close();
  }

  private EngFlowEventSource source() {
    return EngFlowEventSource.builder()
        .endpoint(fake.url())
        .connection(StoreTests.QUICK)
        .withInvocations()
        .build();
  }

  private String finished() {
    return fake.queue().about("build").invocationFinished(invocation);
  }

  private List<String> printed() {
    return events.stream()
        .filter(event -> event.payload() instanceof BuildProgress)
        .map(event -> StoreTests.text(event.as(BuildProgress.class)))
        .toList();
  }

  private void awaitAcked(int count) {
    fake.queue().await(queue -> queue.count(State.ACKED) == count, StoreTests.PATIENCE);
  }

  @Test
  void theEventsOfAFinishedInvocationFollowItsNotificationWhichIsAcknowledgedAfterThem()
      throws Exception {
    StoreTests.appendNumbers(stream, 0, 100, 10);
    stream.complete();
    var last = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    try (var source = source();
        Subscription subscription =
            source.subscribe(
                (event, delivery) -> {
                  events.add(event);
                  if (printed().size() == 100) {
                    last.countDown();
                    gate.await();
                  }
                })) {
      finished();
      assertThat(last.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(fake.queue().count(State.ACKED)).as("before the last is handled").isZero();
      gate.countDown();
      awaitAcked(1);
      assertThat(events.get(0).type()).isEqualTo(EngFlow.INVOCATION_FINISHED);
      assertThat(printed()).isEqualTo(StoreTests.numbers(0, 100));
      subscription.close();
      assertThat(subscription.stats().delivered()).isEqualTo(101);
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void otherNotificationsAreNotHeldUp() {
    StoreTests.appendNumbers(stream, 0, 3, 10); // and it stays open
    try (var source = source();
        var subscription = source.subscribe((event, delivery) -> events.add(event))) {
      finished();
      fake.queue().about("other").buildStarted();
      awaitAcked(1);
      Awaitility.await().until(() -> printed().size() == 3);
      assertThat(fake.queue().count(State.OUTSTANDING)).isEqualTo(1);
      stream.complete();
      awaitAcked(2);
    }
  }

  @Test
  void anEventThatCanNotBeHandledKeepsTheNotificationFromBeingAcknowledged() {
    StoreTests.appendNumbers(stream, 0, 10, 10);
    stream.complete();
    var broken = new AtomicBoolean(true);
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  if (event.payload() instanceof BuildProgress
                      && StoreTests.text(event.as(BuildProgress.class)).equals("5")
                      && broken.get()) {
                    throw new IllegalStateException("not now");
                  }
                  events.add(event);
                })) {
      finished();
      Awaitility.await().until(() -> fake.store().openReads() == 0 && printed().size() == 5);
      assertThat(fake.queue().count(State.ACKED)).isZero();
      broken.set(false);
      fake.inject(Fault.reset()); // so that it is delivered again
      awaitAcked(1);
      assertThat(printed()).as("each once").isEqualTo(StoreTests.numbers(0, 10));
      assertThat(fake.store().reads().get(1).continuationToken())
          .as("goes on after what was handled")
          .contains(stream.tokens().get(4));
    }
  }

  @Test
  void anInvocationGoesOnWhereItWasWhenTheStreamOfNotificationsIsCut() {
    StoreTests.appendNumbers(stream, 0, 50, 10);
    try (var source = source();
        var subscription = source.subscribe((event, delivery) -> events.add(event))) {
      finished();
      Awaitility.await().until(() -> printed().size() == 50);
      fake.queue().endStreams(Status.UNAVAILABLE);
      fake.queue().await(queue -> queue.readers().size() == 2, StoreTests.PATIENCE);
      StoreTests.appendNumbers(stream, 50, 100, 10);
      stream.complete();
      awaitAcked(1);
      assertThat(printed()).isEqualTo(StoreTests.numbers(0, 100));
    }
  }

  @Test
  void aNotificationOfWhatIsCompleteIsAcknowledgedWithoutReadingAgain() {
    stream.append(3).complete();
    try (var source = source();
        var subscription = source.subscribe((event, delivery) -> events.add(event))) {
      finished();
      awaitAcked(1);
      finished(); // another notification of the same invocation
      awaitAcked(2);
      assertThat(fake.store().reads()).hasSize(1);
    }
  }

  @Test
  void aFilterThatKeepsTheNotificationBackStillBringsTheEventsThatItWants() {
    StoreTests.appendNumbers(stream, 0, 5, 10);
    stream.append(2).complete();
    EventFilter output = envelope -> envelope.type().equals(EngFlow.PROGRESS_CONSOLE_OUTPUT);
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> events.add(event),
                DeliveryOptions.builder().filter(output).build())) {
      finished();
      awaitAcked(1);
      assertThat(events).allMatch(event -> event.type().equals(EngFlow.PROGRESS_CONSOLE_OUTPUT));
      assertThat(printed()).containsAll(StoreTests.numbers(0, 5));
    }
  }

  @Test
  void whatTheEventStoreDoesNotHaveIsADeadLetterWhoseNotificationIsNotAcknowledged() {
    stream.append(1).truncate();
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> events.add(event),
                DeliveryOptions.builder().deadLetters(deadLetters::add).build())) {
      finished();
      Awaitility.await().until(() -> deadLetters.size() == 1);
      assertThat(deadLetters.get(0).cause()).hasMessageContaining(invocation);
      assertThat(deadLetters.get(0).event()).isNull();
      assertThat(fake.queue().count(State.ACKED)).isZero();
      assertThat(subscription.status().state()).isEqualTo(SourceState.STREAMING);
    }
  }

  @Test
  void whatTheEventStoreDoesNotHaveIsAcknowledgedIfThatIsThePolicy() {
    stream.append(1).truncate();
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> events.add(event),
                DeliveryOptions.builder()
                    .deadLetters(deadLetters::add)
                    .onFailure(FailureAction.ACK_AND_REPORT)
                    .build())) {
      finished();
      awaitAcked(1);
      assertThat(deadLetters).hasSize(1);
    }
  }

  @Test
  void anEventThatCanNotBeReadIsADeadLetterAndKeepsTheNotification() {
    stream.append(1).appendUnreadable().append(1).complete();
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> events.add(event),
                DeliveryOptions.builder().deadLetters(deadLetters::add).build())) {
      finished();
      Awaitility.await().until(() -> deadLetters.size() == 1);
      assertThat(subscription.stats().undecodable()).isEqualTo(1);
      Awaitility.await().until(() -> fake.store().openReads() == 0);
      assertThat(fake.queue().count(State.ACKED)).isZero();
    }
  }

  @Test
  void anEventThatCanNotBeReadIsPassedOverIfThatIsThePolicy() {
    stream.append(1).appendUnreadable().append(1).complete();
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> events.add(event),
                DeliveryOptions.builder()
                    .deadLetters(deadLetters::add)
                    .onFailure(FailureAction.ACK_AND_REPORT)
                    .build())) {
      finished();
      awaitAcked(1);
      assertThat(deadLetters).hasSize(1);
      assertThat(printed()).hasSize(2);
    }
  }

  @Test
  void whoWaitsForTheOutcomeOfANotificationHearsThatItsStreamIsGone() throws Exception {
    stream.append(1); // and it stays open
    var outcomes = new LinkedBlockingQueue<CompletionStage<AckOutcome>>();
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> {
                  events.add(event);
                  if (event.type().equals(EngFlow.INVOCATION_FINISHED)) {
                    outcomes.add(delivery.ack());
                  }
                })) {
      finished();
      Awaitility.await().until(() -> printed().size() == 1);
      subscription.close();
      assertThat(outcomes.take().toCompletableFuture().get(30, TimeUnit.SECONDS))
          .isEqualTo(AckOutcome.STREAM_GONE);
    }
  }

  @Test
  void noMoreNotificationsAreTakenThanCanBeRead() {
    int count = 50;
    for (int i = 0; i < count; i++) {
      String id = UUID.randomUUID().toString();
      fake.store().invocation("build", id).append(1); // and it stays open
      fake.queue().about("build").invocationFinished(id);
    }
    try (var source =
            EngFlowEventSource.builder()
                .endpoint(fake.url())
                .connection(StoreTests.QUICK)
                .withInvocations(2)
                .build();
        var subscription =
            source.subscribe(
                (event, delivery) -> events.add(event),
                DeliveryOptions.builder().buffer(4, 1 << 20).build())) {
      Awaitility.await().until(() -> fake.store().openReads() == 2);
      assertThat(subscription.stats().received()).isLessThan(count);
    }
  }

  @Test
  void whoMayPullButNotReadIsToldSo() {
    fake.refuse(
        EventStoreGrpc.getGetInvocationMethod(),
        Status.PERMISSION_DENIED.withDescription("eventstore:GetInvocation"));
    try (var source = source();
        var subscription = source.subscribe((event, delivery) -> events.add(event))) {
      finished();
      Awaitility.await().until(() -> subscription.status().state() == SourceState.FAILED);
      assertThat(subscription.status().lastError())
          .isInstanceOf(RpcException.class)
          .hasMessageContaining("GetInvocation");
    }
  }

  @Test
  void anIdThatIsNoneIsADeadLetter() {
    try (var source = source();
        var subscription =
            source.subscribe(
                (event, delivery) -> events.add(event),
                DeliveryOptions.builder().deadLetters(deadLetters::add).build())) {
      fake.queue().about("build").invocationFinished("not a UUID");
      Awaitility.await().until(() -> deadLetters.size() == 1);
      assertThat(fake.store().reads()).isEmpty();
    }
  }

  @Test
  void notMoreInvocationsAreReadAtATimeThanAllowed() {
    try (var source =
            EngFlowEventSource.builder()
                .endpoint(fake.url())
                .connection(StoreTests.QUICK)
                .withInvocations(2)
                .build();
        var subscription = source.subscribe((event, delivery) -> events.add(event))) {
      for (int i = 0; i < 10; i++) {
        String id = UUID.randomUUID().toString();
        fake.store().invocation("build", id).append(5).complete();
        fake.queue().about("build").invocationFinished(id);
      }
      awaitAcked(10);
      assertThat(fake.store().reads()).hasSize(10);
      assertThat(fake.store().mostOpenReads()).isLessThanOrEqualTo(2);
    }
  }
}
