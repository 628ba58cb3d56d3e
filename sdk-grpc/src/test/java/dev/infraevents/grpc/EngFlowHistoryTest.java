package dev.infraevents.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Backoff;
import dev.infraevents.Concurrency;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Subscription;
import dev.infraevents.Token;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.FakeEngFlowBuilder;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens in between, every notification is handled, and acknowledged after that, on the
 * stream that brought it. A failure names its seed; more seeds: {@code -Ddev.infraevents.seeds=50}.
 */
@ExtendWith(LeakCheck.class)
class EngFlowHistoryTest {

  private static final int NOTIFICATIONS = 100_000;
  private static final int BACKLOG = 2000;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration WINDOW = Duration.ofSeconds(30);

  static IntStream seeds() {
    return IntStream.range(0, Integer.getInteger("dev.infraevents.seeds", 1));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyNotificationIsHandledAndThenAcknowledgedOnItsOwnStream(int seed) {
    try (Run run = new Run(seed)) {
      run.passes(NOTIFICATIONS);
      run.ends();
      run.assertHistory();
    }
  }

  /**
   * One server, one consumer, and what happens to them. The server's windows end in virtual time;
   * the consumer runs in real time, so that its timers race with its reader and its handlers.
   */
  private static final class Run implements AutoCloseable {

    private static final List<Concurrency> CONCURRENCY =
        List.of(Concurrency.keyed(8), Concurrency.serial(), Concurrency.unordered(8));

    private final Logger log = Logger.getLogger("dev.infraevents");
    private final VirtualTime time = new VirtualTime();
    private final long seed;
    private final boolean arrivesWhole; // no connection is cut in the middle
    private final boolean endsStreams; // of who is late
    private final boolean losesReceipts;
    private final Random random;
    private final ErraticHandler handler;
    private final FakeEngFlow server;
    private final EngFlowEventSource source;
    private final Subscription subscription;
    private int published;

    Run(int seed) {
      log.setLevel(Level.SEVERE); // failing handlers and lost connections are what it is about
      this.seed = seed;
      this.random = new Random(seed * 0x9E3779B97F4A7C15L); // small seeds alone are too much alike
      this.arrivesWhole = seed % 2 == 1;
      this.endsStreams = seed % 5 == 4;
      this.losesReceipts = seed % 4 < 2;
      var ticks = new AtomicLong();
      // No two moments are the same, here or on the server.
      InstantSource clock = () -> time.clock().instant().plusNanos(ticks.incrementAndGet());
      Concurrency concurrency = CONCURRENCY.get(seed % CONCURRENCY.size());
      this.handler =
          new ErraticHandler(seed, clock, seed % CONCURRENCY.size() != 2, !losesReceipts);
      this.server = server(new TimeSource(clock, time::nanoTime, time)).start();
      this.source =
          EngFlowEventSource.builder()
              .endpoint(server.url())
              .ackDeadline(WINDOW)
              .credentials(EngFlowCredentials.token(() -> new Token(server.token(), null)))
              .connection(
                  ConnectionOptions.builder()
                      .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
                      .build())
              .build();
      var options = DeliveryOptions.builder().concurrency(concurrency);
      if (random.nextBoolean()) {
        options.buffer(100, 1 << 20);
      }
      this.subscription = source.subscribe(handler, options.build());
    }

    private FakeEngFlowBuilder server(TimeSource serverTime) {
      var builder =
          FakeEngFlow.builder()
              .acceptToken()
              .announceCalls()
              .timeSource(serverTime)
              .maxOutstanding(500 + random.nextInt(1000));
      if (random.nextBoolean()) {
        builder.releaseAtStreamEnd();
      }
      if (endsStreams) {
        builder.endStreamOnMissedWindow();
      }
      return builder;
    }

    void passes(int count) {
      while (published < count) {
        int burst = Math.min(count - published, 50 + random.nextInt(450));
        for (int i = 0; i < burst; i++) {
          publish(published++);
        }
        incident();
        time.advance(Duration.ofMillis(random.nextInt(3000)));
        settle();
        catchUp();
      }
    }

    private void catchUp() {
      if (server.queue().count(State.PENDING) < BACKLOG) {
        return;
      }
      server.heal(); // of a stall
      await(
          Duration.ofMillis(20), // failures use up what a reader may hold
          () -> server.queue().count(State.PENDING) < BACKLOG);
    }

    /** Lets a little of the server's time pass at each look. */
    private void await(Duration step, BooleanSupplier condition) {
      try {
        Awaitility.await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(1))
            .until(
                () -> {
                  time.advance(step);
                  settle();
                  return condition.getAsBoolean();
                });
      } catch (ConditionTimeoutException e) {
        throw new AssertionError(
            "stuck: %s, %s, %s".formatted(server, subscription.status(), subscription.stats()), e);
      }
    }

    private void publish(int number) {
      server
          .queue()
          .about("ci/" + random.nextInt(200))
          .id(new UUID(seed, number).toString())
          .buildStarted();
    }

    private void settle() {
      handler.settleOpen();
      if (handler.hasLate()) {
        time.advance(WINDOW.plusSeconds(1));
        handler.settleLate();
      }
    }

    private void incident() {
      switch (random.nextInt(arrivesWhole ? 20 : 30)) {
        case 0 -> server.inject(Fault.endStreams(0, ""));
        case 1 -> server.inject(Fault.endStreams(14, "the server is shutting down"));
        case 2 -> server.inject(Fault.endStreams(13, "stream terminated by RST_STREAM"));
        case 3 -> server.inject(Fault.expireToken());
        case 4 -> time.advance(WINDOW.plusSeconds(1));
        case 5 -> server.inject(Fault.duplicate());
        case 6 -> server.inject(Fault.reorder(2 + random.nextInt(10), random.nextLong()));
        case 7 -> server.inject(Fault.stall());
        case 8, 9, 10, 11 -> server.heal();
        case 12, 13 -> receipts();
        case 14, 15 -> publish(random.nextInt(published)); // an id that was used before
        case 20, 21, 22 -> server.inject(Fault.reset());
        case 23, 24, 25 -> server.inject(Fault.truncate());
        case 26 -> server.inject(Fault.restart());
        case 27 -> {
          server.inject(Fault.refuseCall(14, "not now").times(2));
          server.inject(Fault.reset());
        }
        case 28 -> {
          server.inject(Fault.refuse(2));
          server.inject(Fault.reset());
        }
        default -> {}
      }
    }

    private void receipts() {
      var receipts = server.queue().receipts();
      receipts.omitStatus(random.nextBoolean());
      receipts.merge(random.nextInt(4) == 0);
      receipts.delay(Duration.ofMillis(random.nextInt(3) * 100L));
      receipts.perMessage(1 + random.nextInt(100));
      receipts.drop(losesReceipts ? random.nextInt(20) : 0);
    }

    /** Nothing more happens but what is left to be done. */
    void ends() {
      server.heal();
      var receipts = server.queue().receipts();
      receipts.merge(false);
      receipts.delay(Duration.ZERO);
      receipts.drop(0);
      server.inject(Fault.endStreams(0, "")); // with it go the receipts that will never come
      await(
          Duration.ofMillis(50),
          () -> server.queue().count(State.ACKED) == server.queue().notifications().size());
      if (arrivesWhole) { // what was delivered again may be on its way
        await(
            Duration.ZERO,
            () -> subscription.stats().received() == new QueueHistory(server.queue()).deliveries());
      }
      subscription.close();
    }

    void assertHistory() {
      var history = new QueueHistory(server.queue());
      var books = subscription.stats();
      System.out.printf(
          "history: seed=%d deliveries=%d readers=%d lateAcks=%d %s%n",
          seed,
          history.deliveries(),
          server.readers().size(),
          history.lateAcks(),
          books.balanceLine());
      assertThat(handler.violations()).isEmpty();
      history.everyNotificationIsHandledAndGone(handler);
      history.everyAckFollowsTheHandlersSuccess(handler);
      history.everyTokenComesBackOnceAndOnItsOwnStream();
      history.theBooksAgree(books, handler, arrivesWhole);
      QueueHistory.everyQuestionWasAnswered(handler);
      assertThat(server.readers()).hasSizeGreaterThan(20);
      assertThat(history.lateAcks()).matches(count -> endsStreams ? count == 0 : count > 0);
      assertThat(books.deduplicated()).isPositive();
      assertThat(books.failed()).isPositive();
    }

    @Override
    public void close() {
      subscription.close();
      source.close();
      server.close();
      log.setLevel(null);
    }
  }
}
