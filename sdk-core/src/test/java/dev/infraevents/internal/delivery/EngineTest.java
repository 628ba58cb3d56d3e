package dev.infraevents.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.AckOutcome;
import dev.infraevents.DeadLetter;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceState;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.testing.ScriptedHandler;
import dev.infraevents.testing.ScriptedMessage;
import dev.infraevents.testing.ScriptedSource;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every test of the engine needs: a subscription on a scripted source in virtual time. After
 * each test it is closed, and then the books balance and nothing is left behind.
 */
@ExtendWith(LeakCheck.class)
abstract class EngineTest {

  static final Duration NOW = Duration.ZERO;
  static final Duration SECOND = Duration.ofSeconds(1);

  final VirtualTime time = new VirtualTime();
  final ScriptedHandler handler = new ScriptedHandler();
  final List<DeadLetter> deadLetters = new CopyOnWriteArrayList<>();
  private final List<Subscription> subscriptions = new ArrayList<>();
  private final List<ScriptedSource> sources = new ArrayList<>();

  Subscription subscribe(ScriptedSource.Kind kind) {
    return subscribe(kind, options -> options);
  }

  Subscription subscribe(ScriptedSource.Kind kind, UnaryOperator<DeliveryOptions.Builder> options) {
    return subscribe(kind, handler, options);
  }

  Subscription subscribe(
      ScriptedSource.Kind kind,
      EventHandler<String> to,
      UnaryOperator<DeliveryOptions.Builder> options) {
    var source = new ScriptedSource(kind, time);
    var defaults = DeliveryOptions.builder().deadLetters(deadLetters::add);
    Subscription subscription = source.subscribe(to, options.apply(defaults).build());
    sources.add(source);
    subscriptions.add(subscription);
    awaitStreaming(subscription);
    return subscription;
  }

  private static void awaitStreaming(Subscription subscription) {
    try {
      assertThat(subscription.awaitStreaming(Duration.ofSeconds(30))).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void everythingIsReleasedAndAccountedFor() {
    for (Subscription subscription : subscriptions) {
      subscription.close(Duration.ZERO);
      assertThat(subscription.completion().toCompletableFuture()).isDone();
      assertThat(subscription.status().state()).isIn(SourceState.CLOSED, SourceState.FAILED);
      SubscriptionStats books = subscription.stats();
      assertThat(books.balances()).as("%s balances", books).isTrue();
      assertThat(books.inFlight()).isZero();
      assertThat(books.inFlightBytes()).isZero();
    }
    assertThat(sources).allMatch(ScriptedSource::isReleased, "transport released");
    assertThat(time.pendingTasks()).as("timers left").isZero();
  }

  ScriptedSource source() {
    return sources.get(sources.size() - 1);
  }

  Subscription subscription() {
    return subscriptions.get(subscriptions.size() - 1);
  }

  static ScriptedMessage message(String id) {
    return new ScriptedMessage(id);
  }

  /** Brings messages, one after the other, on this thread. */
  List<ScriptedMessage> send(String... ids) {
    List<ScriptedMessage> sent = new ArrayList<>();
    for (String id : ids) {
      sent.add(send(message(id)));
    }
    return sent;
  }

  ScriptedMessage send(ScriptedMessage message) {
    source().send(message.receivedAt(time.clock().instant()));
    return message;
  }

  static ConditionFactory eventually() {
    return Awaitility.await()
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(30));
  }

  /** Waits until nothing is in flight. */
  void awaitIdle() {
    eventually().until(() -> subscription().stats().inFlight() == 0);
  }

  void awaitSettled(ScriptedMessage message, String... verbs) {
    eventually().until(() -> message.settled().size() >= verbs.length);
    assertThat(message.settled()).containsExactly(verbs);
  }

  /** Waits until the next timer is due within a time, then lets that much pass. */
  void awaitTimerAndAdvance(Duration by) {
    eventually().until(() -> time.nextDelay().filter(due -> due.compareTo(by) <= 0).isPresent());
    time.advance(by);
  }

  /** Runs something that may block on a thread of its own. */
  static CompletableFuture<Void> inBackground(Runnable task) {
    var done = new CompletableFuture<Void>();
    new Thread(
            () -> {
              try {
                task.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            },
            "background")
        .start();
    return done.orTimeout(30, TimeUnit.SECONDS);
  }

  /** Sends a message in the background and returns once that stands still at a full buffer. */
  CompletableFuture<Void> sendBlocked(ScriptedMessage message) {
    int timers = time.pendingTasks();
    CompletableFuture<Void> sending = inBackground(() -> send(message));
    eventually().until(() -> time.pendingTasks() > timers);
    return sending;
  }

  static void join(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static AckOutcome outcome(CompletionStage<AckOutcome> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  BookCheck books() {
    return new BookCheck(subscription().stats());
  }

  /** Asserts the books, number by number; what is not named is zero. */
  static final class BookCheck {
    private final SubscriptionStats stats;
    private long inFlight;
    private long delivered;
    private long filtered;
    private long deduplicated;
    private long dropped;
    private long undecodable;
    private long failed;
    private long retried;

    BookCheck(SubscriptionStats stats) {
      this.stats = stats;
    }

    BookCheck inFlight(long expected) {
      inFlight = expected;
      return this;
    }

    BookCheck delivered(long expected) {
      delivered = expected;
      return this;
    }

    BookCheck filtered(long expected) {
      filtered = expected;
      return this;
    }

    BookCheck deduplicated(long expected) {
      deduplicated = expected;
      return this;
    }

    BookCheck dropped(long expected) {
      dropped = expected;
      return this;
    }

    BookCheck undecodable(long expected) {
      undecodable = expected;
      return this;
    }

    BookCheck failed(long expected) {
      failed = expected;
      return this;
    }

    BookCheck retried(long expected) {
      retried = expected;
      return this;
    }

    void show(long received) {
      assertThat(stats)
          .usingRecursiveComparison()
          .ignoringFields("inFlightBytes")
          .isEqualTo(
              new SubscriptionStats(
                  received,
                  delivered,
                  filtered,
                  deduplicated,
                  dropped,
                  undecodable,
                  inFlight,
                  0,
                  failed,
                  retried));
      assertThat(stats.balances()).isTrue();
    }
  }
}
