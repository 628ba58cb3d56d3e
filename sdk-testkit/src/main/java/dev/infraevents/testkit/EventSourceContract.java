package dev.infraevents.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.infraevents.AckOutcome;
import dev.infraevents.Capability;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventFilter;
import dev.infraevents.EventSource;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SourceSignal.Closed;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.SourceSignal.HandlerFailed;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every source has to pass, whatever it is connected to: faults x settlement, and the end in
 * all its forms. What is expected of acknowledgements and reconnects follows from the source's
 * {@link Capability capabilities}. Extend it in the tests of a transport:
 *
 * <pre>{@code
 * class GarmContractTest extends EventSourceContract<GarmPayload> {
 *   @Override
 *   protected Fixture<GarmPayload> start() {
 *     return new GarmFixture();
 *   }
 * }
 * }</pre>
 *
 * <p>It needs JUnit 5. Nothing in it waits for time to pass, so it takes seconds.
 *
 * @param <P> the payload class
 */
@ExtendWith(LeakCheck.class)
@SuppressWarnings("try") // to close by hand is what is tested
public abstract class EventSourceContract<P> extends EndContract<P> {

  /** For those who write a contract test. */
  protected EventSourceContract() {}

  /**
   * Starts a server. Called for each test; the contract closes it.
   *
   * @return a server of its own, and the ways to it
   */
  @Override
  protected abstract Fixture<P> start();

  /**
   * A server and the source that is tested against it.
   *
   * @param <P> the payload class
   */
  public interface Fixture<P> extends AutoCloseable {

    /**
     * The server.
     *
     * @return a fake
     */
    FakeServer server();

    /**
     * Makes a source that the server accepts. It sends nothing before it is subscribed to.
     *
     * @param options how to connect
     * @param time the time, or null for the system's
     * @return the source, which the contract closes
     */
    EventSource<P> source(ConnectionOptions options, @Nullable TimeSource time);

    /**
     * Makes a source that the server refuses for good: with a wrong password, for example.
     *
     * @return the source, which the contract closes
     */
    EventSource<P> refusedSource();

    /**
     * Emits one event.
     *
     * @param subject what it is about, the event's {@link dev.infraevents.Event#subject}: a decimal
     *     number that no other event of this server has
     */
    void emit(String subject);

    /**
     * Waits until the server sends what is emitted from now on to all that are subscribed.
     *
     * @param since how many streams at least have been opened since the server was started
     * @param open how many are open now, no more and no less
     * @throws AssertionError if that does not happen in time
     */
    void awaitStreams(int since, int open);

    /**
     * The faults that the server knows and the transport can meet.
     *
     * @return one or more of each kind
     */
    List<Fault> faults();

    /**
     * Says whether the source stops reading when there is no room, instead of dropping.
     *
     * @return false by default
     */
    default boolean demandDriven() {
      return false;
    }

    /**
     * Says whether the source waits for what is pushed to it. It makes no connections that could
     * fail or be refused, and has one subscription at a time; what is about those is skipped.
     *
     * @return false by default
     */
    default boolean isPushed() {
      return false;
    }

    /** Stops the server. */
    @Override
    void close();
  }

  private List<Fault> faults() {
    try (Fixture<P> fixture = start()) {
      return fixture.faults();
    }
  }

  // Delivery.

  @Test
  void everyEventIsDeliveredOnceInAQuietRun() {
    try (var run = new ContractRun<>(start(), SettleStyle.RETURN).connected()) {
      IntStream.range(0, 100).forEach(i -> run.emit());
      run.probe.await("100 events", () -> run.probe.subjects().size() >= 100);
      run.source.close();
      SubscriptionStats stats = run.ended();
      assertEquals(numbers(100), new TreeSet<>(run.probe.subjects()));
      assertEquals(100, stats.received());
      assertEquals(100, stats.delivered());
      assertEquals(0, stats.failed());
    }
  }

  private static Set<String> numbers(int count) {
    Set<String> numbers = new TreeSet<>();
    IntStream.rangeClosed(1, count).forEach(i -> numbers.add(Integer.toString(i)));
    return numbers;
  }

  @TestFactory
  Stream<DynamicTest> eachWayToSettleIsAnsweredAsTheSourceCan() {
    return Stream.of(SettleStyle.values())
        .map(style -> dynamicTest(style.name(), () -> settle(style)));
  }

  private void settle(SettleStyle style) {
    try (var run = new ContractRun<>(start(), style).connected()) {
      Set<Capability> capabilities = run.capabilities();
      int count = 5;
      IntStream.range(0, count).forEach(i -> run.deliver());
      int outcomes = style.asksForOutcome() ? count : 0;
      int failures = style.signalsFailure(capabilities) ? count : 0;
      run.probe.await("answers", () -> run.probe.outcomes().size() >= outcomes);
      run.probe.awaitSignals(HandlerFailed.class, failures);
      run.source.close();
      SubscriptionStats stats = run.ended();
      assertEquals(outcomes, run.probe.outcomes().size(), "answers");
      assertTrue(
          style.outcomes(capabilities).containsAll(run.probe.outcomes()),
          () -> "unexpected answers: " + run.probe.outcomes());
      assertEquals(failures, run.probe.signals(HandlerFailed.class).size(), "signalled failures");
      assertEquals(
          style.deadLetters(capabilities) ? count : 0,
          run.probe.deadLetters().size(),
          "dead letters");
      assertEquals(style.fails() ? count : 0, stats.failed(), "failed in the books");
      if (!capabilities.contains(Capability.ACK)) {
        assertEquals(count, stats.received(), "received: this source delivers nothing again");
      }
    }
  }

  @Test
  void aDeliveryIsSettledOnceAndTheFirstVerbStands() {
    ContractProbe.Reaction settles =
        (event, delivery, probe) -> {
          probe.outcome(delivery.extend(Duration.ofSeconds(1)));
          probe.outcome(delivery.ack());
          probe.outcome(delivery.ack());
          probe.outcome(delivery.nack(Duration.ZERO));
          probe.outcome(delivery.reject("too late"));
        };
    try (var run = new ContractRun<>(start(), settles).connected()) {
      run.deliver();
      run.probe.await("answers", () -> run.probe.outcomes().size() >= 5);
      List<AckOutcome> outcomes = run.probe.outcomes();
      Set<AckOutcome> acked = SettleStyle.ACK.outcomes(run.capabilities());
      assertEquals(2, outcomes.stream().filter(acked::contains).count() - extendedAs(acked, run));
      assertEquals(2, outcomes.stream().filter(AckOutcome.REFUSED::equals).count());
      run.source.close();
      assertEquals(1, run.ended().delivered());
      assertEquals(List.of(), run.probe.deadLetters());
    }
  }

  // The answer to extend() may be one that acknowledgements have too.
  private static int extendedAs(Set<AckOutcome> acked, ContractRun<?> run) {
    boolean extends_ = run.capabilities().contains(Capability.EXTEND);
    return acked.contains(extends_ ? AckOutcome.SENT : AckOutcome.NOT_APPLICABLE) ? 1 : 0;
  }

  @Test
  void aSlowHandlerStopsNothingButWhatTheSourceCanHoldBack() throws InterruptedException {
    int bound = 10;
    int count = 100;
    var gate = new CountDownLatch(1);
    var readings = new ContractProbe(SettleStyle.RETURN);
    EventFilter reads =
        envelope -> {
          readings.read(String.valueOf(envelope.subject()));
          return true;
        };
    var options =
        DeliveryOptions.builder()
            .buffer(bound, 1 << 20)
            .overflow(OverflowPolicy.dropOldest())
            .filter(reads)
            .build();
    try (var run =
        new ContractRun<>(start(), (event, delivery, probe) -> gate.await(), options, null)
            .connected()) {
      IntStream.range(0, count).forEach(i -> run.emit());
      boolean waits = run.fixture.demandDriven();
      int expected = waits ? bound : count;
      readings.await(expected + " events read", () -> readings.subjects().size() >= expected);
      gate.countDown();
      run.deliver(); // read after the others, and the newest is never dropped
      readings.await("books", () -> run.subscription.stats().received() > count); // pushes overtake
      run.source.close();
      SubscriptionStats stats = run.ended();
      assertEquals(count + 1, stats.received());
      assertEquals(waits ? 0 : stats.received() - stats.delivered(), stats.dropped());
      assertEquals(
          stats.dropped(),
          run.probe.signals(GapPossible.class).stream().mapToLong(GapPossible::dropped).sum(),
          "dropped events that were signalled");
    }
  }

  @Test
  void aSignalListenerThatThrowsHarmsNothing() {
    try (Fixture<P> fixture = start();
        EventSource<P> source = fixture.source(ContractRun.QUICK, null)) {
      var probe = new ContractProbe(SettleStyle.RETURN);
      probe.throwOnSignals();
      try (Subscription subscription = source.subscribe(probe)) {
        fixture.awaitStreams(1, 1);
        fixture.emit("1");
        probe.awaitSubject("1");
        fixture.server().inject(Fault.reset());
        fixture.awaitStreams(2, 1);
        fixture.emit("2");
        probe.awaitSubject("2");
        subscription.close();
        ContractRun.awaitEnd(subscription);
        assertEquals(1, probe.signals(Closed.class).size());
      }
    }
  }

  // Faults.

  @TestFactory
  Stream<DynamicContainer> aFaultIsHealedWhateverTheHandlerDoes() {
    return faults().stream()
        .map(
            fault ->
                dynamicContainer(
                    fault.toString(),
                    Stream.of(SettleStyle.values())
                        .map(style -> dynamicTest(style.name(), () -> heal(fault, style)))));
  }

  private void heal(Fault fault, SettleStyle style) {
    var time = new VirtualTime();
    TimeSource virtual = fault instanceof Fault.HalfOpen ? virtual(time) : null;
    try (var run =
        new ContractRun<>(start(), style, DeliveryOptions.DEFAULT, virtual).connected()) {
      run.deliver();
      FaultDrive.suffer(run, fault, time);
      run.deliver();
      run.deliver();
      run.source.close();
      SubscriptionStats stats = run.ended();
      if (fault instanceof Fault.GarbageText || fault instanceof Fault.InvalidJson) {
        assertTrue(stats.undecodable() > 0, "nothing undecodable in the books");
      }
    }
    assertEquals(0, time.pendingTasks(), "timers left");
  }

  @TestFactory
  Stream<DynamicTest> aSourceCanBeClosedRightAfterAFault() {
    return faults().stream().map(fault -> dynamicTest(fault.toString(), () -> closeAfter(fault)));
  }

  // Where the server has fallen silent, a source that waits for receipts does so until it has no
  // more patience, which is not to take real time.
  private void closeAfter(Fault fault) {
    var time = new VirtualTime();
    boolean silent = fault instanceof Fault.HalfOpen || fault instanceof Fault.Stall;
    TimeSource virtual = silent ? virtual(time) : null;
    try (var run =
        new ContractRun<>(start(), SettleStyle.RETURN, DeliveryOptions.DEFAULT, virtual)
            .connected()) {
      run.deliver();
      run.fixture.server().inject(fault);
      var closing = CompletableFuture.runAsync(run.source::close);
      run.probe.await(
          "end",
          () -> {
            time.advance(Duration.ofSeconds(1));
            return closing.isDone();
          });
      closing.join();
      run.ended();
    }
  }

  // The other ways to receive.

  @Test
  void streamAndPublisherDeliverTheSameAndCloseCleanly() throws Exception {
    try (Fixture<P> fixture = start();
        EventSource<P> source = fixture.source(ContractRun.QUICK, null)) {
      Set<String> streamed = new TreeSet<>();
      try (var stream = source.events()) {
        fixture.awaitStreams(1, 1);
        numbers(5).forEach(fixture::emit);
        while (streamed.size() < 5) {
          streamed.add(String.valueOf(stream.next().subject()));
        }
        stream.poll(Duration.ZERO); // acknowledges the last
        stream.close();
        assertFalse(stream.hasNext(), "more after the end");
      }
      var cancelled = new ContractSubscriber<P>();
      source.publisher().subscribe(cancelled);
      fixture.awaitStreams(2, 1);
      IntStream.rangeClosed(6, 10).forEach(i -> fixture.emit(Integer.toString(i)));
      Set<String> published = cancelled.await(5);
      cancelled.cancel();
      assertEquals(numbers(5), streamed);
      assertEquals(Set.of("6", "7", "8", "9", "10"), published);

      if (fixture.isPushed()) { // one subscription at a time
        new ContractProbe(SettleStyle.RETURN)
            .await("end", () -> source.status().state() == SourceState.IDLE);
      }
      var completed = new ContractSubscriber<P>();
      source.publisher().subscribe(completed);
      source.close();
      completed.awaitCompletion();
    }
  }
}
