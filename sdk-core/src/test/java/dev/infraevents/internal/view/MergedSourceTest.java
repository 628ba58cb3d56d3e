package dev.infraevents.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.Capability;
import dev.infraevents.Concurrency;
import dev.infraevents.ConfigurationException;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventSource;
import dev.infraevents.EventSources;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.FakeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class MergedSourceTest {

  private final FakeSource first = new FakeSource("wss://first.example.com");
  private final FakeSource second = new FakeSource("wss://second.example.com");
  private final EventSource<String> merged = EventSources.merge(first, second);

  @AfterEach
  void close() {
    merged.close();
  }

  @Test
  void aSerialHandlerIsNeverCalledTwiceAtATime() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(400);
    merged.subscribe(
        (event, delivery) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          Thread.onSpinWait();
          running.decrementAndGet();
          all.countDown();
        });
    sendFromBoth(200);
    all.await();
    assertThat(most).hasValue(1);
  }

  @Test
  void theParallelismIsSharedByAllSources() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(400);
    CyclicBarrier three = new CyclicBarrier(3);
    AtomicInteger meetings = new AtomicInteger(3);
    merged.subscribe(
        (event, delivery) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          if (meetings.getAndDecrement() > 0) {
            three.await(); // only passes if three run at once
          }
          running.decrementAndGet();
          all.countDown();
        },
        DeliveryOptions.builder().concurrency(Concurrency.unordered(3)).build());
    sendFromBoth(200);
    all.await();
    assertThat(most).hasValue(3);
  }

  private void sendFromBoth(int each) throws Exception {
    FakeConnection one = first.connection();
    FakeConnection other = second.connection();
    Thread sender = new Thread(() -> first.send(one, texts("a", each)));
    sender.start();
    second.send(other, texts("b", each));
    sender.join();
  }

  private static String[] texts(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
  }

  @Test
  void theBooksAreTheSumsOfAll() throws Exception {
    Subscription subscription = merged.subscribe((event, delivery) -> {});
    first.send(first.connection(), "a", "b");
    second.send(second.connection(), "c");
    for (FakeSource source : List.of(first, first, second)) {
      source.settlement().next();
    }
    subscription.close();
    assertThat(subscription.stats().received()).isEqualTo(3);
    assertThat(subscription.stats().delivered()).isEqualTo(3);
    assertThat(subscription.stats().balances()).isTrue();
  }

  @Test
  void theFirstThatFailsClosesTheOthersAndFailsAll() throws Exception {
    Subscription subscription = merged.subscribe((event, delivery) -> {});
    var cause = new ConfigurationException("bad filter", null);
    FakeConnection other = second.connection();
    first.connection().fails(cause);
    assertThatThrownBy(() -> subscription.completion().toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .hasCause(cause);
    assertThat(other.isClosed()).isTrue();
  }

  @Test
  void awaitStreamingWaitsForAll() throws Exception {
    Subscription subscription = merged.subscribe((event, delivery) -> {});
    assertThat(subscription.awaitStreaming(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
    assertThat(subscription.status().state()).isEqualTo(SourceState.STREAMING);
  }

  @Test
  void awaitStreamingThrowsTheErrorOfAnySource() throws Exception {
    var cause = new ConfigurationException("bad filter", null);
    first.onOpen(connection -> {}); // never streams
    second.onOpen(connection -> connection.fails(cause));
    Subscription subscription = merged.subscribe((event, delivery) -> {});
    assertThatThrownBy(() -> subscription.awaitStreaming(Duration.ofMinutes(1))).isSameAs(cause);
  }

  @Test
  void itEndsWhenAllHaveNoMoreEvents() throws Exception {
    Subscription subscription = merged.subscribe((event, delivery) -> {});
    first.connection().context().completed();
    assertThat(subscription.completion().toCompletableFuture()).isNotDone();
    second.connection().context().completed();
    subscription.completion().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  void closingClosesAll() throws Exception {
    Subscription subscription = merged.subscribe((event, delivery) -> {});
    FakeConnection one = first.connection();
    FakeConnection other = second.connection();
    subscription.close();
    subscription.close();
    assertThat(one.isClosed()).isTrue();
    assertThat(other.isClosed()).isTrue();
    assertThat(subscription.completion().toCompletableFuture()).isCompleted();
    assertThat(subscription.status().state()).isEqualTo(SourceState.CLOSED);
  }

  @Test
  void theSubscriptionCanBeClosedFromInsideTheHandler() throws Exception {
    var subscription = new AtomicReference<Subscription>();
    var subscribed = new CountDownLatch(1);
    subscription.set(
        merged.subscribe(
            (event, delivery) -> {
              subscribed.await();
              subscription.get().close();
            }));
    first.send(first.connection(), "a");
    second.send(second.connection(), "b");
    subscribed.countDown();
    subscription.get().completion().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(subscription.get().stats().balances()).isTrue();
  }

  @Test
  void theSourceCanBeClosedFromInsideTheHandlerWithoutWaitingForItself() throws Exception {
    var bothSent = new CountDownLatch(1);
    var returned = new CountDownLatch(1);
    Subscription subscription =
        merged.subscribe(
            (event, delivery) -> {
              bothSent.await();
              merged.close();
              returned.countDown();
            });
    first.send(first.connection(), "a");
    second.send(second.connection(), "b");
    bothSent.countDown();
    returned.await();
    subscription.completion().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(subscription.stats().delivered()).isEqualTo(2); // nothing was given up
  }

  @Test
  void signalsCarryTheirSourceAndComeOneAtATime() throws Exception {
    BlockingQueue<SourceSignal> signals = new LinkedBlockingQueue<>();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Subscription subscription =
        merged.subscribe(
            new EventHandler<String>() {
              @Override
              public void handle(Event<String> event, Delivery delivery) {}

              @Override
              public void onSignal(SourceSignal signal) {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                running.decrementAndGet();
                signals.add(signal);
              }
            });
    assertThat(List.of(signals.take().source(), signals.take().source()))
        .containsExactlyInAnyOrder(first.source(), second.source());
    subscription.close();
    assertThat(List.of(signals.take(), signals.take()))
        .allMatch(SourceSignal.Closed.class::isInstance);
    assertThat(most).hasValue(1);
  }

  @Test
  void aSourceThatCanNotBeSubscribedToLeavesNoSubscriptionBehind() throws Exception {
    second.close();
    assertThatThrownBy(() -> merged.subscribe((event, delivery) -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThat(first.status().state()).isEqualTo(SourceState.IDLE);
    assertThat(first.transports()).singleElement().matches(t -> t.timesClosed() == 1);
  }

  @Test
  void itCanWhatAllCan() {
    assertThat(merged.capabilities()).containsExactlyInAnyOrder(Capability.ACK, Capability.NACK);
    assertThat(merged.status().state()).isEqualTo(SourceState.IDLE);
  }

  @Test
  void thereMustBeSomethingToMerge() {
    assertThatThrownBy(() -> EventSources.merge(List.<EventSource<String>>of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
