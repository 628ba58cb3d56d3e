package dev.infraevents.internal.delivery;

import static dev.infraevents.testing.ScriptedSource.Kind.AT_LEAST_ONCE;
import static dev.infraevents.testing.ScriptedSource.Kind.AT_MOST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.Concurrency;
import dev.infraevents.ConfigurationException;
import dev.infraevents.SourceSignal.Closed;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.HandlerFailed;
import dev.infraevents.SourceState;
import dev.infraevents.testing.ScriptedMessage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ThreadsTest extends EngineTest {

  @Test
  void handlersAndListenersRunOnThreadsOfTheirOwn() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    handler.otherwise((event, delivery) -> threads.add(Thread.currentThread()));
    handler.onEverySignal(() -> threads.add(Thread.currentThread()));
    subscribe(AT_MOST_ONCE);

    send("a");
    awaitIdle();
    subscription().close();

    assertThat(threads)
        .isNotEmpty()
        .allSatisfy(
            thread -> {
              assertThat(thread).isNotSameAs(Thread.currentThread());
              assertThat(thread.getName()).startsWith("infra-events-test.example-handler");
              assertThat(thread.isDaemon()).isTrue();
            });
    books().delivered(1).show(1);
  }

  @Test
  void virtualThreadsAreUsedWhereTheJvmHasThem() {
    var thread = new AtomicReference<Thread>();
    handler.otherwise((event, delivery) -> thread.set(Thread.currentThread()));
    subscribe(AT_MOST_ONCE, options -> options.virtualThreads());

    send("a", "b", "c");
    awaitIdle();

    boolean expected = Runtime.version().feature() >= 21;
    assertThat(thread.get().getClass().getSimpleName().contains("Virtual")).isEqualTo(expected);
    books().delivered(3).show(3);
  }

  @Test
  void aListenerThatThrowsHearsTheNextSignalAllTheSame() {
    handler.onEverySignal(
        () -> {
          throw new AssertionError("the listener's");
        });
    handler.otherwise(
        (event, delivery) -> {
          throw new IllegalStateException("for a signal");
        });
    subscribe(AT_MOST_ONCE);

    send("a", "b");
    handler.awaitSignals(HandlerFailed.class, 2);
    subscription().close();

    handler.awaitSignals(Closed.class, 1);
    books().delivered(2).failed(2).show(2);
  }

  @Test
  void aSlowListenerHoldsUpNoEvent() {
    var goOn = new CountDownLatch(1);
    handler.onEverySignal(() -> join(goOn));
    subscribe(AT_LEAST_ONCE);
    handler.awaitSignals(Connected.class, 1); // and there it stays

    List<ScriptedMessage> sent = send("a", "b");
    awaitIdle();

    assertThat(sent).allSatisfy(message -> assertThat(message.settled()).containsExactly("ack"));
    books().delivered(2).show(2);
    goOn.countDown();
  }

  @Test
  void aListenerThatNeverReturnsDoesNotHoldUpCloseForEver() {
    var goOn = new CountDownLatch(1);
    handler.onEverySignal(
        () -> {
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    subscribe(AT_MOST_ONCE);
    handler.awaitSignals(Connected.class, 1);

    CompletableFuture<Void> closing = inBackground(() -> subscription().close());
    eventually().until(source()::isReleased);
    awaitTimerAndAdvance(Duration.ofSeconds(5));
    closing.join();

    books().show(0);
  }

  @Test
  void theUsersExecutorRunsHandlersAndIsNotShutDown() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2, task -> new Thread(task, "users"));
    List<String> names = new CopyOnWriteArrayList<>();
    handler.otherwise((event, delivery) -> names.add(Thread.currentThread().getName()));
    subscribe(
        AT_MOST_ONCE, options -> options.executor(executor).concurrency(Concurrency.unordered(2)));

    send("a", "b");
    awaitIdle();
    subscription().close();

    assertThat(names).containsExactly("users", "users");
    assertThat(executor.isShutdown()).isFalse();
    assertThat(executor.submit(() -> "still there").get()).isEqualTo("still there");
    executor.shutdown();
    books().delivered(2).show(2);
  }

  @Test
  void aSingleThreadOfTheUsersIsEnoughForHandlersAndSignals() {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    subscribe(AT_LEAST_ONCE, options -> options.executor(executor));
    handler.on(
        "a",
        (event, delivery) -> {
          throw new IllegalStateException("for a signal");
        });

    send("a", "b");
    awaitIdle();
    handler.awaitSignals(HandlerFailed.class, 1);
    subscription().close();
    handler.awaitSignals(Closed.class, 1);

    executor.shutdown();
    books().delivered(2).failed(1).show(2);
  }

  @Test
  void anExecutorThatWasShutDownTooEarlyFailsTheSubscriptionAndSignalsStillArrive() {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    subscribe(AT_LEAST_ONCE, options -> options.executor(executor));
    handler.awaitSignals(Connected.class, 1);
    executor.shutdown();

    ScriptedMessage a = send(message("a"));

    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(subscription().completion().toCompletableFuture()::join)
        .withCauseInstanceOf(ConfigurationException.class)
        .withMessageContaining("executor");
    assertThat(subscription().status().state()).isEqualTo(SourceState.FAILED);
    assertThat(a.settled()).isEmpty();
    handler.awaitSignals(Closed.class, 1);
    books().dropped(1).show(1);
  }

  @Test
  void anExecutorWithoutThreadsToGiveFailsTheSubscriptionToo() {
    Executor none =
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    subscribe(AT_MOST_ONCE, options -> options.executor(none));

    send("a");

    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(subscription().completion().toCompletableFuture()::join)
        .withCauseInstanceOf(ConfigurationException.class);
    handler.awaitSignals(Closed.class, 1);
    books().dropped(1).show(1);
  }

  @Test
  void aListenerNeverRunsOnTheThreadOfTheReaderEvenWhenTheExecutorRejects() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    handler.onEverySignal(() -> threads.add(Thread.currentThread()));
    Executor rejecting =
        task -> {
          throw new RejectedExecutionException("full");
        };
    subscribe(AT_MOST_ONCE, options -> options.executor(rejecting));

    send("a");
    handler.awaitSignals(Closed.class, 1);

    assertThat(threads).isNotEmpty().doesNotContain(Thread.currentThread());
    books().dropped(1).show(1);
  }
}
