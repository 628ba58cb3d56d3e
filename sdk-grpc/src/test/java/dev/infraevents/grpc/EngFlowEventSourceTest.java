package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.infraevents.AckOutcome;
import dev.infraevents.Concurrency;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.RpcException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.engflow.InvocationFinished;
import dev.infraevents.engflow.UnknownNotification;
import dev.infraevents.grpc.proto.notification.Notification;
import dev.infraevents.grpc.proto.notification.NotificationQueueGrpc;
import dev.infraevents.grpc.proto.notification.PullNotificationRequest;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.EngFlowAck;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.engflow.EngFlowReader;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire between a consumer and the notification queue. */
@ExtendWith(LeakCheck.class)
class EngFlowEventSourceTest {

  private static final Duration PATIENCE = StoreTests.PATIENCE;

  private final VirtualTime serverTime = new VirtualTime();
  private final FakeEngFlow fake =
      FakeEngFlow.builder()
          .timeSource(new TimeSource(serverTime.clock(), serverTime::nanoTime, serverTime))
          .start();
  private final List<Event<? extends EngFlowPayload>> events = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
  private final List<SourceSignal> signals = new CopyOnWriteArrayList<>();
  private final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    fake.close();
  }

  private EngFlowEventSource.Builder source() {
    return EngFlowEventSource.builder().endpoint(fake.url()).connection(StoreTests.QUICK);
  }

  /** Remembers events and signals, and settles nothing but by its return. */
  private EventHandler<EngFlowPayload> recording() {
    return new EventHandler<>() {
      @Override
      public void handle(Event<EngFlowPayload> event, Delivery delivery) {
        events.add(event);
      }

      @Override
      public void onSignal(SourceSignal signal) {
        signals.add(signal);
      }
    };
  }

  /** Leaves it to the test to settle. */
  private void deferring(Event<? extends EngFlowPayload> event, Delivery delivery) {
    delivery.defer();
    deliveries.add(delivery);
  }

  private static DeliveryOptions parallel(int maxEvents) {
    return DeliveryOptions.builder()
        .concurrency(Concurrency.unordered(maxEvents))
        .buffer(maxEvents, 1 << 20)
        .build();
  }

  private Delivery next() throws InterruptedException {
    Delivery next = deliveries.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(next).as("a delivery in time").isNotNull();
    return next;
  }

  private static AckOutcome outcome(CompletionStage<AckOutcome> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private String publish() {
    return fake.queue().about("build").buildStarted();
  }

  private void awaitState(State state, int count) {
    fake.queue().await(queue -> queue.count(state) == count, PATIENCE);
  }

  private <S extends SourceSignal> List<S> signals(Class<S> type) {
    return signals.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private void awaitFailed(Subscription subscription) {
    Awaitility.await().until(() -> subscription.status().state() == SourceState.FAILED);
  }

  // Requests.

  @Test
  void theFirstRequestNamesQueueClientAndDeadlineAndTheOthersAcknowledgeOnly() {
    fake.addQueue("my/queue");
    try (var source =
            source()
                .queue("my/queue")
                .clientId("my-team/6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f")
                .ackDeadline(Duration.ofMinutes(2))
                .build();
        var subscription = source.subscribe(recording())) {
      fake.queue("my/queue").about("build").buildStarted();
      fake.queue("my/queue").await(queue -> queue.count(State.ACKED) == 1, PATIENCE);
      EngFlowReader reader = fake.queue("my/queue").readers().get(0);
      List<PullNotificationRequest> requests = reader.requests();
      PullNotificationRequest first = requests.get(0);
      assertThat(first.getQueue().getName()).isEqualTo("my/queue");
      assertThat(first.getClient()).isEqualTo("my-team/6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f");
      assertThat(first.getNotificationDeliveryOptions().getAcknowledgementDeadline().getSeconds())
          .isEqualTo(120);
      assertThat(first.getAcknowledgementTokensCount()).isZero();
      assertThat(requests.subList(1, requests.size()))
          .isNotEmpty()
          .allSatisfy(
              request -> {
                assertThat(request.hasQueue()).isFalse();
                assertThat(request.hasClient()).isFalse();
                assertThat(request.hasNotificationDeliveryOptions()).isFalse();
                assertThat(request.getAcknowledgementTokensCount()).isPositive();
              });
    }
  }

  @Test
  void withoutSettingsTheClientIdIsMadeUpAndTheDeadlineIsSaidAllTheSame() {
    try (var source = source().build();
        var subscription = source.subscribe(recording())) {
      EngFlowReader reader = fake.awaitReaders(1, 1, PATIENCE).get(0);
      assertThat(ClientId.check(reader.client().orElseThrow())).startsWith("infra-events-sdk/");
      assertThat(reader.window()).isEqualTo(Duration.ofSeconds(60));
      assertThat(reader.queue().name()).isEqualTo("eventstore/lifecycle-events");
    }
  }

  @Test
  void acknowledgementsAreSentTogether() throws Exception {
    int count = 500;
    for (int i = 0; i < count; i++) {
      publish();
    }
    try (var source = source().build();
        var subscription = source.subscribe(this::deferring, parallel(count))) {
      for (int i = 0; i < count; i++) {
        next();
      }
      awaitState(State.OUTSTANDING, count);
      subscription.close(Duration.ZERO);
    }
    try (var source = source().build();
        var subscription = source.subscribe(recording(), parallel(count))) {
      serverTime.advance(Duration.ofMinutes(1));
      awaitState(State.ACKED, count);
      assertThat(fake.queue().readers().get(1).requests().size()).isLessThan(count / 2);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {29_999, 300_001, 0, -60_000})
  void aDeadlineThatEngFlowDoesNotAllowIsRefusedAtOnce(long millis) {
    assertThatThrownBy(() -> source().ackDeadline(Duration.ofMillis(millis)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("30 s to 300 s");
  }

  @Test
  void theBoundsOfTheDeadlineAreAllowed() {
    source().ackDeadline(Duration.ofSeconds(30)).ackDeadline(Duration.ofSeconds(300));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void aQueueNeedsAName(String name) {
    assertThatThrownBy(() -> source().queue(name)).isInstanceOf(ConfigurationException.class);
  }

  // Notifications.

  @Test
  void aNotificationIsHandledAndThenAcknowledged() {
    try (var source = source().build();
        var subscription = source.subscribe(recording())) {
      String invocation = UUID.randomUUID().toString();
      String id = fake.queue().about("ns/build").invocationFinished(invocation);
      awaitState(State.ACKED, 1);
      Event<InvocationFinished> event = events.get(0).as(InvocationFinished.class);
      assertThat(event.id()).isEqualTo(id);
      assertThat(event.type()).isEqualTo(EngFlow.INVOCATION_FINISHED);
      assertThat(event.subject()).isEqualTo("ns/build");
      assertThat(event.source()).hasToString(fake.url());
      assertThat(event.payload().invocationId()).isEqualTo(invocation);
    }
  }

  @Test
  void aTypeThatNobodyKnowsIsDeliveredAsItCame() {
    ByteString packed = ByteString.copyFromUtf8("anything");
    try (var source = source().build();
        var subscription = source.subscribe(recording())) {
      fake.queue()
          .publish(Any.newBuilder().setTypeUrl("example.com/new.Type").setValue(packed).build());
      fake.queue().publish(Notification.newBuilder().setId("no payload").build());
      awaitState(State.ACKED, 2);
      UnknownNotification first = events.get(0).as(UnknownNotification.class).payload();
      assertThat(first.typeName()).isEqualTo("example.com/new.Type");
      assertThat(first.content().utf8()).isEqualTo("anything");
      assertThat(events.get(1).type()).isEqualTo(EngFlow.NOTIFICATION_UNKNOWN);
    }
  }

  @Test
  void whatCanNotBeReadGoesToTheDeadLettersUnacknowledgedAndTheStreamGoesOn() {
    DeliveryOptions options = DeliveryOptions.builder().deadLetters(deadLetters::add).build();
    try (var source = source().build();
        var subscription = source.subscribe(recording(), options)) {
      fake.queue()
          .publish(
              Any.newBuilder()
                  .setTypeUrl(
                      "type.googleapis.com/engflow.eventstore.v1.BuildLifecycleEventNotification")
                  .setValue(ByteString.copyFrom(new byte[] {0x0a, 0x7f, 'x'}))
                  .build());
      fake.queue().sendEmptyMessage();
      publish();
      awaitState(State.ACKED, 1);
      assertThat(deadLetters).hasSize(1);
      assertThat(deadLetters.get(0).raw().isEmpty()).isFalse();
      assertThat(fake.queue().count(State.OUTSTANDING)).isEqualTo(1);
      assertThat(subscription.stats().undecodable()).isEqualTo(1);
      assertThat(signals(SourceSignal.Disconnected.class)).isEmpty();
    }
  }

  @Test
  void noMoreThanTheBufferHoldsIsTakenFromTheQueue() throws Exception {
    int bound = 5;
    for (int i = 0; i < 100; i++) {
      fake.queue().publish(big(i));
    }
    try (var source = source().build();
        var subscription = source.subscribe(this::deferring, parallel(bound))) {
      for (int i = 0; i < 100; i++) {
        next().ack();
        assertThat(subscription.stats().inFlight()).isLessThanOrEqualTo(bound);
      }
      awaitState(State.ACKED, 100);
      assertThat(subscription.stats().dropped()).isZero();
    }
  }

  private static Any big(int number) {
    return Any.newBuilder()
        .setTypeUrl("example.com/Big" + number)
        .setValue(ByteString.copyFrom(new byte[10_000]))
        .build();
  }

  @Test
  void theDeadlineOfADeliveryLeavesTimeForTheWayOfItsAcknowledgement() throws Exception {
    Instant before = Instant.now();
    try (var source = source().ackDeadline(Duration.ofSeconds(30)).build();
        var subscription = source.subscribe(this::deferring)) {
      publish();
      Instant deadline = next().deadline();
      assertThat(deadline)
          .isAfterOrEqualTo(before.plusSeconds(27))
          .isBeforeOrEqualTo(Instant.now().plusSeconds(27));
    }
  }

  // Receipts.

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOkReceiptConfirmsWithOrWithoutAStatus(boolean omitted) throws Exception {
    fake.queue().receipts().omitStatus(omitted);
    try (var source = source().build();
        var subscription = source.subscribe(this::deferring)) {
      publish();
      assertThat(outcome(next().ack())).isEqualTo(AckOutcome.CONFIRMED);
    }
  }

  @Test
  void aRedeliveryOfWhatIsStillInProgressIsSettledWithItAndTheLateTokenCountsForNothing()
      throws Exception {
    try (var source = source().build();
        var subscription = source.subscribe(this::deferring)) {
      String id = publish();
      Delivery delivery = next();
      serverTime.advance(Duration.ofSeconds(60)); // the server's clock is ahead of ours
      Awaitility.await().until(() -> subscription.stats().deduplicated() == 1);
      assertThat(outcome(delivery.ack())).isEqualTo(AckOutcome.CONFIRMED);
      awaitState(State.ACKED, 1);
      assertThat(fake.queue().notification(id).acks())
          .extracting(EngFlowAck::code)
          .containsExactlyInAnyOrder(4, 0);
      assertThat(deliveries).isEmpty();
    }
  }

  @Test
  void anAcknowledgementThatIsLateIsToldAndTheHandlerIsNotCalledAgain() throws Exception {
    try (var source = source().build();
        var subscription = source.subscribe(this::deferring)) {
      fake.inject(Fault.stall()); // no redelivery before the acknowledgement
      String id = publish();
      fake.heal();
      Delivery delivery = next();
      fake.inject(Fault.stall());
      serverTime.advance(Duration.ofSeconds(60));
      CompletionStage<AckOutcome> late = delivery.ack();
      fake.heal();
      assertThat(outcome(late)).isEqualTo(AckOutcome.DEADLINE_PASSED);
      awaitState(State.ACKED, 1);
      assertThat(fake.queue().notification(id).deliveries()).hasSize(2);
      assertThat(deliveries).isEmpty();
      assertThat(subscription.stats().deduplicated()).isEqualTo(1);
    }
  }

  @Test
  void anAcknowledgementWhoseStreamIsGoneIsToldSo() throws Exception {
    fake.queue().receipts().drop(1);
    try (var source = source().build();
        var subscription = source.subscribe(this::deferring, parallel(2))) {
      publish();
      publish();
      Delivery unanswered = next();
      Delivery unsent = next();
      CompletionStage<AckOutcome> pending = unanswered.ack();
      fake.queue().await(queue -> queue.acks().size() == 1, PATIENCE);
      fake.queue().endStreams(Status.OK);
      assertThat(outcome(pending)).isEqualTo(AckOutcome.STREAM_GONE);
      fake.awaitReaders(2, 1, PATIENCE);
      assertThat(outcome(unsent.ack())).isEqualTo(AckOutcome.STREAM_GONE);
      assertThat(fake.queue().acks()).as("none on the wrong stream").hasSize(1);
    }
  }

  @Test
  void thereIsNoWayToNackOrToExtend() throws Exception {
    try (var source = source().build();
        var subscription = source.subscribe(this::deferring, parallel(2))) {
      publish();
      publish();
      assertThat(outcome(next().nack(Duration.ZERO))).isEqualTo(AckOutcome.NOT_APPLICABLE);
      assertThat(outcome(next().extend(Duration.ofMinutes(1))))
          .isEqualTo(AckOutcome.NOT_APPLICABLE);
      assertThat(fake.queue().acks()).isEmpty();
    }
  }

  @Test
  void whoWaitsForAnOutcomeWhileTheBufferIsFullHearsThatItWasSent() throws Exception {
    for (int i = 0; i < 20; i++) {
      publish();
    }
    fake.queue().receipts().merge(false);
    var outcomes = new LinkedBlockingQueue<AckOutcome>();
    DeliveryOptions small = DeliveryOptions.builder().buffer(2, 1 << 20).build();
    try (var source = source().build();
        var subscription =
            source.subscribe(
                (event, delivery) -> outcomes.add(delivery.ack().toCompletableFuture().get()),
                small)) {
      assertThat(outcomes.poll(30, TimeUnit.SECONDS)).isIn(AckOutcome.SENT, AckOutcome.CONFIRMED);
      assertThat(outcomes.poll(30, TimeUnit.SECONDS)).as("it goes on").isNotNull();
    }
  }

  // The end of a stream.

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {
        "OK",
        "UNAVAILABLE",
        "INTERNAL",
        "UNKNOWN",
        "ABORTED",
        "CANCELLED",
        "DEADLINE_EXCEEDED"
      })
  void aStreamThatEndsIsFollowedByAnotherAndNothingIsMissing(Status.Code code) {
    try (var source = source().build();
        var subscription = source.subscribe(recording())) {
      fake.awaitReaders(1, 1, PATIENCE);
      publish();
      awaitState(State.ACKED, 1);
      fake.queue().endStreams(code.toStatus());
      fake.awaitReaders(2, 1, PATIENCE);
      publish();
      awaitState(State.ACKED, 2);
      assertThat(signals(SourceSignal.GapPossible.class)).isEmpty();
      assertThat(signals(SourceSignal.Connected.class))
          .extracting(SourceSignal.Connected::resumed)
          .containsExactly(false, true);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"INVALID_ARGUMENT", "UNIMPLEMENTED", "PERMISSION_DENIED"})
  void whatCanNotGetBetterEndsTheSubscription(Status.Code code) {
    fake.refuse(NotificationQueueGrpc.getPullMethod(), code.toStatus());
    try (var source = source().build();
        var subscription = source.subscribe(recording())) {
      awaitFailed(subscription);
      assertThat(subscription.status().lastError())
          .isInstanceOfSatisfying(
              RpcException.class, error -> assertThat(error.code()).isEqualTo(code.name()));
      assertThat(signals(SourceSignal.Connected.class)).isEmpty();
    }
  }

  @Test
  void aQueueThatDoesNotExistEndsTheSubscription() {
    try (var source = source().queue("no/such").build();
        var subscription = source.subscribe(recording())) {
      awaitFailed(subscription);
      assertThat(subscription.status().lastError())
          .isInstanceOf(RpcException.class)
          .hasMessageContaining("no/such")
          .hasMessageContaining("NOT_FOUND");
    }
  }

  @Test
  void aQueueThatDoesNotExistYetIsAwaitedIfAskedFor() {
    try (var source = source().queue("late").awaitQueue().build();
        var subscription = source.subscribe(recording())) {
      Awaitility.await().until(() -> signals(SourceSignal.Disconnected.class).size() >= 3);
      fake.addQueue("late").about("build").buildStarted();
      fake.queue("late").await(queue -> queue.count(State.ACKED) == 1, PATIENCE);
    }
  }

  @Test
  void anIdleStreamCountsAsAcceptedWhenItIsNotRefused() throws Exception {
    try (var source = source().build();
        var subscription = source.subscribe(recording())) {
      assertThat(subscription.awaitStreaming(PATIENCE)).isTrue();
    }
  }

  @Test
  void aServerThatIsPingedTooOftenIsPingedLess() {
    var settings = source().settings();
    var transport =
        new PullTransport(
            settings, new PullOptions("q", ClientId.random(), Duration.ofMinutes(1), false, 0));
    Duration before = transport.pingInterval();
    transport.ended(
        Status.RESOURCE_EXHAUSTED.withDescription("HTTP/2 error code: ENHANCE_YOUR_CALM"),
        new Metadata(),
        new ConnectionWatch(() -> {}),
        null);
    assertThat(transport.pingInterval()).isEqualTo(before.multipliedBy(2));
  }

  // Closing.

  @Test
  void closingFinishesTheHandlerSendsItsAcknowledgementAndHearsTheReceipt() throws Exception {
    var entered = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    var stages = new LinkedBlockingQueue<CompletionStage<AckOutcome>>();
    try (var source = source().build()) {
      Subscription subscription =
          source.subscribe(
              (event, delivery) -> {
                entered.countDown();
                gate.await();
                stages.add(delivery.ack());
              });
      publish();
      assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(subscription::close);
      Awaitility.await().until(() -> subscription.status().state() == SourceState.DRAINING);
      publish(); // too late for this consumer
      gate.countDown();
      closing.get(30, TimeUnit.SECONDS);
      assertThat(outcome(stages.take())).isEqualTo(AckOutcome.CONFIRMED);
      assertThat(fake.queue().count(State.ACKED)).isEqualTo(1);
      EngFlowReader reader = fake.readers().get(0);
      fake.await(server -> !reader.isOpen(), PATIENCE);
      assertThat(reader.end().orElseThrow().isOk()).as("it said goodbye").isTrue();
    }
  }

  @Test
  void closingWithoutDrainTimeLeavesTheRestUnacknowledged() throws Exception {
    try (var source = source().build();
        var subscription = source.subscribe(this::deferring, parallel(10))) {
      for (int i = 0; i < 3; i++) {
        publish();
        next();
      }
      subscription.close(Duration.ZERO);
      assertThat(subscription.stats().balances()).isTrue();
      assertThat(fake.queue().count(State.ACKED)).isZero();
    }
  }

  @Test
  void aSourceCanBeClosedFromInsideItsHandler() {
    try (var source = source().build()) {
      Subscription subscription = source.subscribe((event, delivery) -> source.close());
      publish();
      Awaitility.await().until(() -> subscription.completion().toCompletableFuture().isDone());
      awaitState(State.ACKED, 1);
    }
  }

  @Test
  void aServerThatIsCutOffInMidStreamIsFoundAgain() {
    try (var source = source().build();
        var subscription = source.subscribe(recording())) {
      fake.awaitReaders(1, 1, PATIENCE);
      fake.inject(Fault.truncate());
      fake.awaitReaders(2, 1, PATIENCE);
      publish();
      awaitState(State.ACKED, 1);
    }
  }
}
