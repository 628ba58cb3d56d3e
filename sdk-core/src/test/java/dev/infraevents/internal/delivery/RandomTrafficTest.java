package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.DEMAND_DRIVEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Backoff;
import dev.infraevents.Concurrency;
import dev.infraevents.DecodingException;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.testing.ScriptedMessage;
import dev.infraevents.testing.ScriptedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Thousands of events with random fates, from several threads, through every mode. The seed is in
 * every failure; put it in the place of {@link #SEED} to have the same fates again.
 */
class RandomTrafficTest extends EngineTest {

  private static final long SEED = System.nanoTime();
  private static final int READERS = 3;
  private static final int EVENTS_EACH = 1_500;
  private static final int SUBJECTS_EACH = 8;

  /** What becomes of an event; decided by its id and the seed alone. */
  private enum Fate {
    RETURN,
    THROW,
    THROW_ONCE,
    ACK_EARLY,
    NACK,
    REJECT,
    DEFER_THEN_ACK,
    DEFER_THEN_NACK,
    DEFER_THEN_THROW,
    UNDECODABLE,
    FILTERED
  }

  static Stream<Arguments> everyMode() {
    return Stream.of(
            Concurrency.serial(),
            Concurrency.keyed(2),
            Concurrency.keyed(8),
            Concurrency.unordered(2),
            Concurrency.unordered(8))
        .flatMap(
            mode -> Stream.of(AT_LEAST_ONCE, DEMAND_DRIVEN).map(kind -> Arguments.of(mode, kind)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("everyMode")
  void everyEventIsSettledOnceInOrderAndAccountedFor(Concurrency mode, ScriptedSource.Kind kind) {
    ExecutorService later = Executors.newSingleThreadExecutor();
    var watch = new Watch(later);
    Subscription subscription =
        subscribe(
            kind,
            watch,
            options ->
                options
                    .concurrency(mode)
                    .buffer(64, 1 << 20)
                    .overflow(OverflowPolicy.block(Duration.ofSeconds(10)))
                    .retry(2, new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                    .filter(envelope -> fate(((ScriptedMessage) envelope).id()) != Fate.FILTERED));

    List<CompletableFuture<List<ScriptedMessage>>> readers = new ArrayList<>();
    for (int reader = 0; reader < READERS; reader++) {
      String name = "r" + reader;
      var sent = new CompletableFuture<List<ScriptedMessage>>();
      readers.add(sent);
      new Thread(() -> sent.complete(sendAll(name)), "reader-" + name).start();
    }
    eventually()
        .until(
            () -> {
              time.advance(Duration.ofMillis(1)); // for retries
              return readers.stream().allMatch(CompletableFuture::isDone)
                  && subscription.stats().inFlight() == 0;
            });
    later.shutdown();

    List<ScriptedMessage> all = readers.stream().flatMap(reader -> reader.join().stream()).toList();
    assertThat(all).as("seed %d", SEED).hasSize(READERS * EVENTS_EACH);
    all.forEach(message -> eventually().until(() -> !message.settled().isEmpty()));
    assertThat(all)
        .as("seed %d", SEED)
        .allSatisfy(
            message ->
                assertThat(message.settled())
                    .as("%s, %s", message.id(), fate(message.id()))
                    .containsExactly(expected(fate(message.id()))));
    watch.check(mode);
    checkBooks(subscription.stats(), all);
  }

  private List<ScriptedMessage> sendAll(String reader) {
    List<ScriptedMessage> sent = new ArrayList<>();
    for (int i = 0; i < EVENTS_EACH; i++) {
      String subject = reader + "." + new Random(SEED + i).nextInt(SUBJECTS_EACH);
      ScriptedMessage message = message(subject + "#" + i).subject(subject);
      boolean bad = fate(message.id()) == Fate.UNDECODABLE;
      sent.add(bad ? message.undecodable(() -> new DecodingException("bad", null)) : message);
    }
    sent.forEach(this::send);
    return sent;
  }

  private static Fate fate(String id) {
    var random = new Random(SEED ^ ((long) id.hashCode() << 16));
    // Half of all simply return, as events do.
    Fate[] fates = Fate.values();
    return random.nextBoolean() ? Fate.RETURN : fates[random.nextInt(fates.length)];
  }

  private static String expected(Fate fate) {
    return switch (fate) {
      case RETURN, THROW_ONCE, ACK_EARLY, REJECT, DEFER_THEN_ACK, UNDECODABLE, FILTERED -> "ack";
      case THROW, DEFER_THEN_THROW -> "nack PT0S";
      case NACK, DEFER_THEN_NACK -> "nack PT1S";
    };
  }

  private static void checkBooks(SubscriptionStats books, List<ScriptedMessage> all) {
    Map<Fate, Long> fates =
        all.stream()
            .collect(Collectors.groupingBy(message -> fate(message.id()), Collectors.counting()));
    ToLongFunction<Fate> count = fate -> fates.getOrDefault(fate, 0L);
    long filtered = count.applyAsLong(Fate.FILTERED);
    long undecodable = count.applyAsLong(Fate.UNDECODABLE);
    long failed =
        Stream.of(Fate.THROW, Fate.DEFER_THEN_THROW, Fate.NACK, Fate.DEFER_THEN_NACK, Fate.REJECT)
            .mapToLong(count)
            .sum();
    long retried =
        Stream.of(Fate.THROW, Fate.DEFER_THEN_THROW, Fate.THROW_ONCE).mapToLong(count).sum();
    new BookCheck(books)
        .delivered(all.size() - filtered - undecodable)
        .filtered(filtered)
        .undecodable(undecodable)
        .failed(failed)
        .retried(retried)
        .show(all.size());
  }

  /** Does to each event what its fate is, and watches who runs beside and after whom. */
  private static final class Watch implements EventHandler<String> {
    private final ExecutorService later;
    private final Map<String, List<String>> firstRuns = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> inProgress = new ConcurrentHashMap<>();
    private final AtomicInteger allInProgress = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger besides = new AtomicInteger();

    Watch(ExecutorService later) {
      this.later = later;
    }

    @Override
    public void handle(Event<String> event, Delivery delivery) {
      String subject = Objects.requireNonNull(event.subject());
      AtomicInteger ofSubject = inProgress.computeIfAbsent(subject, s -> new AtomicInteger());
      if (ofSubject.incrementAndGet() > 1) {
        besides.incrementAndGet();
      }
      most.accumulateAndGet(allInProgress.incrementAndGet(), Math::max);
      if (delivery.attempt() == 1) {
        firstRuns
            .computeIfAbsent(subject, s -> Collections.synchronizedList(new ArrayList<>()))
            .add(event.id());
      }
      Runnable over =
          () -> {
            ofSubject.decrementAndGet();
            allInProgress.decrementAndGet();
          };
      Fate fate = fate(event.id());
      if (fate == Fate.DEFER_THEN_ACK || fate == Fate.DEFER_THEN_NACK) {
        delivery.defer();
        later.execute(
            () -> {
              over.run();
              settle(delivery, fate);
            });
        return;
      }
      try {
        meet(delivery, fate);
      } finally {
        over.run();
      }
    }

    private static void meet(Delivery delivery, Fate fate) {
      switch (fate) {
        case THROW -> throw new IllegalStateException("fate");
        case THROW_ONCE -> {
          if (delivery.attempt() == 1) {
            throw new IllegalStateException("fate");
          }
        }
        case DEFER_THEN_THROW -> {
          delivery.defer();
          throw new IllegalStateException("fate");
        }
        case ACK_EARLY, NACK, REJECT -> settle(delivery, fate);
        default -> {}
      }
    }

    private static void settle(Delivery delivery, Fate fate) {
      switch (fate) {
        case ACK_EARLY, DEFER_THEN_ACK -> delivery.ack();
        case NACK, DEFER_THEN_NACK -> delivery.nack(SECOND);
        case REJECT -> delivery.reject("fate");
        default -> throw new IllegalArgumentException(fate.name());
      }
    }

    void check(Concurrency mode) {
      assertThat(most.get()).as("seed %d", SEED).isBetween(1, mode.parallelism());
      if (mode.parallelism() > 1 && mode.order() == Concurrency.Order.ARRIVAL) {
        return;
      }
      assertThat(besides).as("two of one subject at once, seed %d", SEED).hasValue(0);
      firstRuns.forEach(
          (subject, ids) ->
              assertThat(ids)
                  .as("order of %s, seed %d", subject, SEED)
                  .isSortedAccordingTo(Comparator.comparingInt(Watch::number)));
    }

    private static int number(String id) {
      return Integer.parseInt(id.substring(id.indexOf('#') + 1));
    }
  }
}
