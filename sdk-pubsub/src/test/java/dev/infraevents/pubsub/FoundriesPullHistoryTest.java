package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Concurrency;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.MessageSettlement.Kind;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import dev.infraevents.testkit.pubsub.PubSubSubscription;
import dev.infraevents.testkit.pubsub.PubSubTopic;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import io.grpc.Status;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens in between, every message is handled, and acknowledged after that. A failure
 * names its seed; more seeds: {@code -Ddev.infraevents.seeds=50}.
 */
@ExtendWith(LeakCheck.class)
class FoundriesPullHistoryTest {

  private static final int MESSAGES = 50_000;
  private static final int BACKLOG = 3000;
  private static final int DEVICES = 300;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration LEASE = Duration.ofSeconds(60); // as a stream asks for it
  private static final int LOOKS_PER_LEASE = 300; // acknowledgements take 100 ms and more

  static IntStream seeds() {
    return IntStream.range(0, Integer.getInteger("dev.infraevents.seeds", 2));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyMessageIsHandledAndThenAcknowledged(int seed) {
    try (Run run = new Run(seed)) {
      run.passes(MESSAGES);
      run.ends();
      run.assertHistory();
    }
  }

  /**
   * One server, its consumers, and what happens to them. The server's deadlines end in virtual
   * time; the consumers run in real time, which is the only one that Google's client knows.
   */
  private static final class Run implements AutoCloseable {

    private static final List<Concurrency> CONCURRENCY =
        List.of(Concurrency.unordered(8), Concurrency.keyed(8), Concurrency.serial());

    private final List<Logger> logs =
        Stream.of("dev.infraevents", "com.google", "io.grpc").map(Logger::getLogger).toList();
    private final VirtualTime time = new VirtualTime();
    private final long seed;
    private final boolean ordered;
    private final Concurrency concurrency;
    private final Random random;
    private final HandledMessages handled;
    private final FakePubSub server;
    private final PubSubTopic factory;
    private final PubSubSubscription queue;
    private final Map<Integer, Integer> published = new HashMap<>(); // by device
    private final List<PullConsumer> consumers = new ArrayList<>();
    private final List<PullConsumer> gone = new ArrayList<>();

    Run(int seed) {
      logs.forEach(log -> log.setLevel(Level.OFF)); // trouble is what it is about
      this.seed = seed;
      this.random = new Random(seed * 0x9E3779B97F4A7C15L); // small seeds alone are too much alike
      this.ordered = seed % 2 == 0;
      this.concurrency = CONCURRENCY.get(seed % CONCURRENCY.size());
      var ticks = new AtomicLong();
      // No two moments are the same, here or on the server.
      InstantSource clock = () -> time.clock().instant().plusNanos(ticks.incrementAndGet());
      this.handled = new HandledMessages(clock);
      this.server =
          FakePubSub.builder().timeSource(new TimeSource(clock, time::nanoTime, time)).start();
      this.factory = server.createTopic("factory");
      var described = server.newSubscription("queue", "factory");
      this.queue = (ordered ? described.ordered() : described).create();
      queue.exactlyOnce(random.nextBoolean());
      consumers.add(consumer());
    }

    private PullConsumer consumer() {
      boolean perDevice = ordered || concurrency.order() == Concurrency.Order.PER_SUBJECT;
      return new PullConsumer(
          server.emulatorHost(),
          queue,
          new ErraticHandler(seed, handled, ordered, perDevice),
          DeliveryOptions.builder()
              .concurrency(concurrency)
              .buffer(500 + random.nextInt(1500), 1 << 20)
              .build());
    }

    void passes(int count) {
      for (int left = count; left > 0; ) {
        int burst = Math.min(left, 100 + random.nextInt(800));
        left -= burst;
        for (int i = 0; i < burst; i++) {
          publish();
        }
        incident();
        time.advance(Duration.ofMillis(random.nextInt(100)));
        settle();
        catchUp();
      }
    }

    private void publish() {
      int device = random.nextInt(DEVICES);
      int number = published.merge(device, 1, Integer::sum);
      String uuid = "device-" + device;
      factory.publish(
          "{\"Uuid\":\"%s\",\"Time\":1763582400,\"Target\":\"lmp-1\",\"Id\":\"%d\"}"
              .formatted(uuid, number),
          Map.of("event-type", "DEVICE_OTA_STARTED"),
          uuid);
    }

    private void catchUp() {
      if (queue.count(State.PENDING) > BACKLOG) {
        server.heal(); // of a stall
        await(() -> queue.count(State.PENDING) < BACKLOG);
      }
    }

    /** Lets the server's time pass, so that it delivers again what was lost on its way. */
    private void await(BooleanSupplier condition) {
      var looks = new AtomicLong();
      try {
        Awaitility.await()
            .atMost(PATIENCE)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(
                () -> {
                  boolean lapse = looks.incrementAndGet() % LOOKS_PER_LEASE == 0;
                  time.advance(lapse ? LEASE : Duration.ofMillis(1));
                  settle();
                  return condition.getAsBoolean();
                });
      } catch (ConditionTimeoutException e) {
        throw new AssertionError("stuck: %s, %s".formatted(server, consumers), e);
      }
    }

    private void settle() {
      consumers.forEach(consumer -> consumer.handler().settleOpen());
    }

    private void incident() {
      switch (random.nextInt(24)) {
        case 0 -> server.inject(Fault.endStreams(0, ""));
        case 1 -> server.inject(Fault.endStreams(14, "the server is shutting down"));
        case 2 -> queue.endStreams(FakePubSub.SHUTDOWN_NOW);
        case 3 -> server.inject(Fault.endStreams(13, "stream terminated by RST_STREAM"));
        case 4 -> server.inject(Fault.reset());
        case 5 -> server.inject(Fault.restart());
        case 6 -> server.inject(Fault.truncate());
        case 7 -> time.advance(LEASE.plusSeconds(1)); // every lease is over
        case 8 -> {
          if (!ordered) { // the second goes to any consumer
            server.inject(Fault.duplicate());
          }
        }
        case 9 -> server.inject(Fault.stall());
        case 10 -> server.inject(Fault.refuseCall(14, "not now").times(2));
        case 11 -> server.refuseNext(PubSubMethod.ACKNOWLEDGE, 1, Status.INTERNAL);
        case 12 -> server.refuseNext(PubSubMethod.MODIFY_ACK_DEADLINE, 1, Status.INTERNAL);
        case 13 -> server.loseAnswers(PubSubMethod.ACKNOWLEDGE, 1, Status.UNAVAILABLE);
        case 14 -> queue.failAcks(random.nextInt(50), "TRANSIENT_FAILURE_SERVICE_UNAVAILABLE");
        case 15 -> queue.failAcks(random.nextInt(50), "PERMANENT_FAILURE_INVALID_ACK_ID");
        case 16 -> queue.exactlyOnce(random.nextBoolean());
        case 17 -> anotherConsumer();
        case 18 -> consumerRestarts();
        case 19, 20 -> server.heal();
        default -> {}
      }
    }

    private void anotherConsumer() {
      if (consumers.size() == 1) {
        consumers.add(consumer());
      } else {
        gone(consumers.remove(random.nextInt(consumers.size())));
      }
    }

    private void consumerRestarts() {
      gone(consumers.remove(random.nextInt(consumers.size())));
      consumers.add(consumer());
    }

    private void gone(PullConsumer consumer) {
      consumer.close(Duration.ofMillis(random.nextInt(2) * 50L));
      gone.add(consumer);
    }

    /** Nothing more happens but what is left to be done. */
    void ends() {
      server.heal();
      await(() -> queue.count(State.ACKED) == MESSAGES);
      consumers.forEach(PullConsumer::close);
      gone.addAll(consumers);
      consumers.clear();
    }

    void assertHistory() {
      var history = new PullHistory(queue);
      System.out.printf(
          "history: seed=%d ordered=%s deliveries=%d streams=%d consumers=%d lateAcks=%d nacks=%d%n",
          seed,
          ordered,
          history.deliveries(),
          server.streams().size(),
          gone.size(),
          history.count(Kind.ACK, false),
          history.count(Kind.NACK, true));
      assertThat(handled.violations()).isEmpty();
      history.everyMessageIsHandledAndGone(handled);
      history.everyAckFollowsASuccess(handled);
      history.failuresAreNacked(handled);
      gone.forEach(PullConsumer::assertBooks);
      assertThat(server.streams()).hasSizeGreaterThan(20);
      assertThat(gone).hasSizeGreaterThan(3);
      assertThat(history.count(Kind.ACK, false)).isPositive();
      assertThat(history.count(Kind.NACK, true)).isPositive();
    }

    @Override
    public void close() {
      consumers.forEach(PullConsumer::close);
      server.close();
      logs.forEach(log -> log.setLevel(null));
    }
  }
}
