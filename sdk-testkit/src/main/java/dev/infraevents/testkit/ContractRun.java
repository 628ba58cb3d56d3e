package dev.infraevents.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.infraevents.Backoff;
import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventSource;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.EventSourceContract.Fixture;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One server, one source, one subscription, and what it has brought. */
final class ContractRun<P> implements AutoCloseable {

  /** Reconnects at once. */
  static final ConnectionOptions QUICK =
      ConnectionOptions.builder()
          .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
          .build();

  final Fixture<P> fixture;
  final EventSource<P> source;
  final ContractProbe probe;
  final Subscription subscription;
  private int emitted;

  ContractRun(Fixture<P> fixture, ContractProbe.Reaction reaction) {
    this(fixture, reaction, DeliveryOptions.DEFAULT, null);
  }

  ContractRun(
      Fixture<P> fixture,
      ContractProbe.Reaction reaction,
      DeliveryOptions options,
      @Nullable TimeSource time) {
    this.fixture = fixture;
    this.source = fixture.source(QUICK, time);
    this.probe = new ContractProbe(reaction);
    this.subscription =
        source.subscribe(probe, options.toBuilder().deadLetters(probe::deadLetter).build());
  }

  Set<Capability> capabilities() {
    return source.capabilities();
  }

  /** Waits for the first connection; leaves nothing behind if there is none. */
  ContractRun<P> connected() {
    try {
      awaitConnection(1);
      return this;
    } catch (AssertionError e) {
      close();
      throw e;
    }
  }

  /** Waits for a connection, counted from the first, and until it is the one that events take. */
  void awaitConnection(int number) {
    probe.awaitSignals(SourceSignal.Connected.class, number);
    fixture.awaitStreams(number, 1);
  }

  int connections() {
    return probe.signals(SourceSignal.Connected.class).size();
  }

  /** Emits an event that no other is like. */
  String emit() {
    String subject = Integer.toString(++emitted);
    fixture.emit(subject);
    return subject;
  }

  /** Emits an event and waits until it is handled. */
  String deliver() {
    String subject = emit();
    probe.awaitSubject(subject);
    return subject;
  }

  /** Waits for the end, however it was brought about, and checks what holds of every end. */
  SubscriptionStats ended() {
    awaitEnd(subscription);
    assertEquals(SourceState.CLOSED, subscription.status().state());
    List<SourceSignal> signals = probe.signals();
    assertInstanceOf(SourceSignal.Closed.class, signals.get(signals.size() - 1), "the last signal");
    assertEquals(1, probe.signals(SourceSignal.Closed.class).size(), "signals of the end");
    SubscriptionStats stats = subscription.stats();
    assertTrue(stats.balances(), () -> "the books do not balance: " + stats);
    assertEquals(0, stats.inFlight(), "events in flight after the end");
    assertEquals(0, probe.handledTooLate(), "events handled after the end");
    return stats;
  }

  static void awaitEnd(Subscription subscription) {
    try {
      subscription
          .completion()
          .toCompletableFuture()
          .get(ContractProbe.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("it failed instead of ending as asked", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("it does not end: " + subscription.status(), e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    source.close();
    fixture.close();
  }
}
