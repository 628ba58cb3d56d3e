package dev.infraevents.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.infraevents.AckOutcome;
import dev.infraevents.EventSource;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal.Closed;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.EventSourceContract.Fixture;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * How a subscription ends. A part of {@link EventSourceContract}.
 *
 * @param <P> the payload class
 */
@SuppressWarnings("try") // to close by hand is what is tested
abstract class EndContract<P> {

  /**
   * Starts a server.
   *
   * @return as {@link EventSourceContract#start} says
   */
  protected abstract Fixture<P> start();

  static TimeSource virtual(VirtualTime time) {
    return new TimeSource(time.clock(), time::nanoTime, time);
  }

  @Test
  void closeFromInsideTheHandlerReturnsAndEndsTheSubscription() {
    var opened = new CompletableFuture<Subscription>();
    try (var run =
        new ContractRun<>(start(), (event, delivery, probe) -> opened.get().close()).connected()) {
      opened.complete(run.subscription);
      run.deliver();
      assertEquals(1, run.ended().delivered());
    }
  }

  @Test
  void closeMayBeCalledAgainAndByOthers() {
    try (var run = new ContractRun<>(start(), SettleStyle.RETURN).connected()) {
      run.deliver();
      var other = CompletableFuture.runAsync(run.subscription::close);
      run.subscription.close();
      run.source.close();
      run.subscription.close(Duration.ZERO);
      run.source.close();
      other.join();
      assertEquals(1, run.ended().delivered());
    }
  }

  @Test
  void canBeClosedWhileItConnects() {
    try (Fixture<P> fixture = start();
        EventSource<P> source = fixture.source(ContractRun.QUICK, null)) {
      for (int i = 0; i < 10; i++) {
        Subscription subscription = source.subscribe((event, delivery) -> {});
        subscription.close();
        ContractRun.awaitEnd(subscription);
        assertEquals(SourceState.CLOSED, subscription.status().state());
      }
    }
  }

  @Test
  void canBeClosedWhileItBacksOff() {
    var time = new VirtualTime(); // does not move: the next attempt never comes
    try (Fixture<P> fixture = start();
        EventSource<P> source = fixture.source(ContractRun.QUICK, virtual(time))) {
      assumeFalse(fixture.isPushed());
      fixture.server().inject(Fault.outage());
      var probe = new ContractProbe(SettleStyle.RETURN);
      Subscription subscription = source.subscribe(probe);
      probe.awaitSignals(Disconnected.class, 1);
      assertEquals(SourceState.BACKING_OFF, subscription.status().state());
      subscription.close();
      ContractRun.awaitEnd(subscription);
      assertEquals(SourceState.CLOSED, subscription.status().state());
      assertEquals(0, time.pendingTasks(), "timers left");
    }
  }

  @Test
  void closeWaitsForAHandlerWithinTheDrainTime() throws InterruptedException {
    var gate = new CountDownLatch(1);
    try (var run =
        new ContractRun<>(start(), (event, delivery, probe) -> gate.await()).connected()) {
      run.deliver();
      var closing =
          CompletableFuture.runAsync(() -> run.subscription.close(ContractProbe.PATIENCE));
      gate.countDown();
      closing.join();
      assertEquals(1, run.ended().delivered());
    }
  }

  @Test
  void closeGivesUpAHandlerThatOutlivesTheDrainTime() throws InterruptedException {
    var interrupted = new CountDownLatch(1);
    ContractProbe.Reaction blocks =
        (event, delivery, probe) -> {
          try {
            new CountDownLatch(1).await();
          } finally {
            interrupted.countDown();
            probe.outcome(delivery.ack());
          }
        };
    try (var run = new ContractRun<>(start(), blocks).connected()) {
      run.deliver();
      run.subscription.close(Duration.ofMillis(1));
      SubscriptionStats stats = run.ended();
      assertEquals(0, stats.delivered());
      assertEquals(1, stats.dropped());
      long seconds = ContractProbe.PATIENCE.toSeconds();
      assertTrue(interrupted.await(seconds, TimeUnit.SECONDS), "the handler is not interrupted");
      run.probe.await("answer", () -> !run.probe.outcomes().isEmpty());
      Set<AckOutcome> lost = Set.of(AckOutcome.NOT_APPLICABLE, AckOutcome.STREAM_GONE);
      assertTrue(lost.containsAll(run.probe.outcomes()), "acknowledged after the end");
    }
  }

  @Test
  void nothingIsHandledAfterTheEnd() {
    try (var run = new ContractRun<>(start(), SettleStyle.RETURN).connected()) {
      IntStream.range(0, 200).forEach(i -> run.emit());
      run.probe.awaitSubject("1");
      run.subscription.close(Duration.ZERO); // which waits for a handler that is given up
      run.probe.ended();
      run.emit();
      run.ended();
    }
  }

  @Test
  void closingTheSourceEndsAllItsSubscriptionsAndAllowsNoMore() {
    try (Fixture<P> fixture = start();
        EventSource<P> source = fixture.source(ContractRun.QUICK, null)) {
      assumeFalse(fixture.isPushed());
      assertEquals(SourceState.IDLE, source.status().state());
      List<Subscription> all =
          Stream.generate(() -> source.subscribe((event, delivery) -> {})).limit(3).toList();
      fixture.awaitStreams(3, 3);
      fixture.emit("1");
      all.get(0).close();
      ContractRun.awaitEnd(all.get(0));
      assertFalse(all.get(1).completion().toCompletableFuture().isDone(), "it ended with another");
      source.close();
      for (Subscription subscription : all) {
        ContractRun.awaitEnd(subscription);
        assertEquals(SourceState.CLOSED, subscription.status().state());
        assertTrue(subscription.stats().balances(), () -> subscription.stats().toString());
      }
      assertThrows(IllegalStateException.class, () -> source.subscribe((event, delivery) -> {}));
    }
  }

  @Test
  void aPermanentRefusalEndsItAsFailedWithATypedError() throws Exception {
    try (Fixture<P> fixture = start();
        EventSource<P> source = fixture.refusedSource()) {
      assumeFalse(fixture.isPushed());
      var probe = new ContractProbe(SettleStyle.RETURN);
      Subscription subscription = source.subscribe(probe);
      var failure =
          assertThrows(
              ExecutionException.class,
              () ->
                  subscription
                      .completion()
                      .toCompletableFuture()
                      .get(ContractProbe.PATIENCE.toSeconds(), TimeUnit.SECONDS));
      SourceException cause = assertInstanceOf(SourceException.class, failure.getCause());
      assertFalse(cause.isRetryable(), () -> "retryable, yet final: " + cause);
      assertEquals(SourceState.FAILED, subscription.status().state());
      assertEquals(cause, subscription.status().lastError());
      assertThrows(
          SourceException.class, () -> subscription.awaitStreaming(ContractProbe.PATIENCE));
      assertEquals(cause, probe.signals(Closed.class).get(0).cause());
      subscription.close();
      assertEquals(SourceState.FAILED, subscription.status().state());
    }
  }
}
