package dev.infraevents.testkit.junit;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class VirtualTimeTest {

  private static final Instant START = Instant.parse("2026-03-04T05:06:07Z");

  private final VirtualTime time = new VirtualTime(START);
  private final List<String> log = new ArrayList<>();

  @Test
  void timeStandsStillUntilItIsAdvanced() {
    long before = time.nanoTime();

    assertThat(time.clock().instant()).isEqualTo(START);
    time.advance(Duration.ofMillis(1500));

    assertThat(time.clock().instant()).isEqualTo(START.plusMillis(1500));
    assertThat(time.nanoTime() - before).isEqualTo(1_500_000_000L);
  }

  @Test
  void theNanoTimeOverflowsAfterAMinuteAndItsDifferencesStayRight() {
    long before = time.nanoTime();

    time.advance(Duration.ofMinutes(2));

    assertThat(time.nanoTime()).isNegative();
    assertThat(time.nanoTime() - before).isEqualTo(Duration.ofMinutes(2).toNanos());
  }

  @Test
  void timeCanNotGoBack() {
    assertThatIllegalArgumentException().isThrownBy(() -> time.advance(Duration.ofNanos(-1)));
  }

  @Test
  void tasksRunInTheOrderOfTheirTimeAndThenOfTheirSubmission() {
    after(2, "second");
    after(1, "first");
    after(2, "third");

    assertThat(time.advance(Duration.ofSeconds(2))).isEqualTo(3);

    assertThat(log).containsExactly("first@1s", "second@2s", "third@2s");
  }

  @Test
  void aTaskDueLaterWaits() {
    ScheduledFuture<?> task = scheduled(10, "late");

    assertThat(time.advance(Duration.ofSeconds(10).minusNanos(1))).isZero();
    assertThat(log).isEmpty();
    assertThat(task.getDelay(MILLISECONDS)).isZero();
    assertThat(time.advance(Duration.ofNanos(1))).isEqualTo(1);
    assertThat(log).containsExactly("late@10s");
  }

  @Test
  void whatATaskSchedulesOnTheWayRunsInTheSameAdvanceAndAtItsOwnTime() {
    time.execute(() -> after(3, "inner"));

    time.advance(Duration.ofSeconds(5));

    assertThat(log).containsExactly("inner@3s");
    assertThat(time.clock().instant()).isEqualTo(START.plusSeconds(5));
  }

  @Test
  void executeRunsOnlyWhenAsked() {
    time.execute(() -> note("now"));
    assertThat(log).isEmpty();

    assertThat(time.runUntilIdle()).isEqualTo(1);

    assertThat(log).containsExactly("now@0s");
  }

  @Test
  void runUntilIdleFollowsTasksThatSubmitTasksButDoesNotMoveTime() {
    time.execute(() -> time.execute(() -> note("inner")));
    after(1, "later");

    assertThat(time.runUntilIdle()).isEqualTo(2);

    assertThat(log).containsExactly("inner@0s");
    assertThat(time.clock().instant()).isEqualTo(START);
  }

  @Test
  void aTaskDueInThePastRunsNow() {
    after(-5, "past");

    time.runUntilIdle();

    assertThat(log).containsExactly("past@0s");
  }

  @Test
  void aTaskThatIsNeverDueDoesNotOverflow() {
    ScheduledFuture<?> never = time.schedule(() -> note("never"), Long.MAX_VALUE, SECONDS);

    time.advance(Duration.ofDays(365));

    assertThat(log).isEmpty();
    assertThat(never.isDone()).isFalse();
  }

  @Test
  void aFixedRateKeepsItsGridAndAFixedDelayCountsFromTheEnd() {
    ScheduledFuture<?> rate = time.scheduleAtFixedRate(() -> note("rate"), 1, 2, SECONDS);
    ScheduledFuture<?> delay = time.scheduleWithFixedDelay(() -> note("delay"), 2, 3, SECONDS);

    time.advance(Duration.ofSeconds(6));

    assertThat(log).containsExactly("rate@1s", "delay@2s", "rate@3s", "delay@5s", "rate@5s");
    assertThat(List.of(rate.isDone(), delay.isDone())).containsExactly(false, false);
  }

  @Test
  void aPeriodHasToBePositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> time.scheduleAtFixedRate(() -> {}, 0, 0, SECONDS));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> time.scheduleWithFixedDelay(() -> {}, 0, -1, SECONDS));
  }

  @Test
  void aPeriodicTaskEndsWithItsFirstFailure() {
    ScheduledFuture<?> task =
        time.scheduleAtFixedRate(
            () -> {
              note("run");
              throw new IllegalStateException("boom");
            },
            1,
            1,
            SECONDS);

    time.advance(Duration.ofSeconds(3));

    assertThat(log).containsExactly("run@1s");
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(task::get)
        .withCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aCancelledTaskIsGoneAtOnce() {
    ScheduledFuture<?> once = scheduled(1, "once");
    ScheduledFuture<?> periodic = time.scheduleAtFixedRate(() -> note("many"), 1, 1, SECONDS);
    assertThat(time.pendingTasks()).isEqualTo(2);

    assertThat(once.cancel(false)).isTrue();
    assertThat(periodic.cancel(false)).isTrue();

    assertThat(time.pendingTasks()).isZero();
    assertThat(time.advance(Duration.ofSeconds(5))).isZero();
  }

  @Test
  void aPeriodicTaskCanCancelItself() {
    AtomicReference<ScheduledFuture<?>> self = new AtomicReference<>();
    self.set(
        time.scheduleAtFixedRate(
            () -> {
              note("run");
              self.get().cancel(false);
            },
            1,
            1,
            SECONDS));

    time.advance(Duration.ofSeconds(5));

    assertThat(log).containsExactly("run@1s");
    assertThat(time.pendingTasks()).isZero();
  }

  @Test
  void nextDelayTellsWhenTheNextTaskIsDue() {
    assertThat(time.nextDelay()).isEmpty();
    after(7, "a");
    time.advance(Duration.ofSeconds(3));
    assertThat(time.nextDelay()).contains(Duration.ofSeconds(4));

    time.execute(() -> {});

    assertThat(time.nextDelay()).contains(Duration.ZERO);
  }

  @Test
  void aCallableDeliversItsResultThroughItsFuture() throws Exception {
    Future<String> submitted = time.submit(() -> "submitted");
    Future<String> scheduled = time.schedule(() -> "scheduled", 1, SECONDS);
    Callable<String> failing =
        () -> {
          throw new IllegalStateException("boom");
        };
    Future<String> failed = time.submit(failing);

    time.advance(Duration.ofSeconds(1));

    assertThat(submitted.get()).isEqualTo("submitted");
    assertThat(scheduled.get()).isEqualTo("scheduled");
    assertThatExceptionOfType(ExecutionException.class).isThrownBy(failed::get);
  }

  @Test
  void aSubmittedTaskCanBeCancelledOutOfTheQueue() {
    Future<?> task = time.submit(() -> note("never"));

    task.cancel(false);

    assertThat(time.pendingTasks()).isZero();
  }

  @Test
  void whatAnExecutedTaskThrowsReachesTheUncaughtExceptionHandlerAndTheNextTaskRuns() {
    AtomicReference<Throwable> uncaught = new AtomicReference<>();
    Thread current = Thread.currentThread();
    current.setUncaughtExceptionHandler((thread, failure) -> uncaught.set(failure));
    try {
      time.execute(
          () -> {
            throw new IllegalStateException("boom");
          });
      time.execute(() -> note("next"));

      assertThat(time.runUntilIdle()).isEqualTo(2);
    } finally {
      current.setUncaughtExceptionHandler(null);
    }
    assertThat(uncaught.get()).hasMessage("boom");
    assertThat(log).containsExactly("next@0s");
  }

  @Test
  void aTaskCanNotAdvanceTheTimeItRunsIn() {
    Future<?> task = time.submit(() -> time.advance(Duration.ofSeconds(1)));

    time.runUntilIdle();

    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(task::get)
        .withCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void afterShutdownWhatWaitsStillRunsAndNothingNewIsTaken() throws InterruptedException {
    after(1, "waiting");
    ScheduledFuture<?> periodic = time.scheduleAtFixedRate(() -> note("many"), 1, 1, SECONDS);

    time.shutdown();

    assertThat(time.isShutdown()).isTrue();
    assertThat(time.isTerminated()).isFalse();
    assertThat(time.awaitTermination(1, MILLISECONDS)).isFalse();
    assertThatExceptionOfType(RejectedExecutionException.class)
        .isThrownBy(() -> time.execute(() -> {}));
    time.advance(Duration.ofSeconds(5));
    assertThat(log).containsExactly("waiting@1s");
    assertThat(periodic.isDone()).isFalse();
    assertThat(time.awaitTermination(0, SECONDS)).isTrue();
  }

  @Test
  void closeDropsWhatWaits() {
    after(1, "waiting");

    time.close();

    assertThat(time.isTerminated()).isTrue();
    assertThat(time.pendingTasks()).isZero();
  }

  @Test
  void otherThreadsMayScheduleWhileTimePasses() throws InterruptedException {
    int threads = 4;
    int tasksEach = 500;
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(threads);
    List<Thread> schedulers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      schedulers.add(
          new Thread(
              () -> {
                started.countDown();
                for (int i = 0; i < tasksEach; i++) {
                  time.execute(ran::incrementAndGet);
                }
              },
              "scheduler-" + t));
    }
    schedulers.forEach(Thread::start);
    started.await();
    int counted = 0;
    for (int i = 0; i < 100; i++) {
      counted += time.advance(Duration.ofMillis(1));
    }
    for (Thread scheduler : schedulers) {
      scheduler.join();
    }
    counted += time.runUntilIdle();

    assertThat(ran).hasValue(threads * tasksEach);
    assertThat(counted).isEqualTo(threads * tasksEach);
  }

  @Test
  void aSecondThreadThatAdvancesWaitsForTheFirst() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    time.execute(
        () -> {
          inside.countDown();
          awaitQuietly(goOn);
          note("first");
        });
    Thread first = new Thread(() -> time.advance(Duration.ofSeconds(1)), "first");
    first.start();
    inside.await();
    after(1, "second");
    Thread second = new Thread(() -> time.advance(Duration.ofSeconds(1)), "second");
    second.start();
    goOn.countDown();
    first.join();
    second.join();

    assertThat(log).containsExactly("first@0s", "second@1s");
    assertThat(time.clock().instant()).isEqualTo(START.plusSeconds(2));
  }

  private void after(long seconds, String name) {
    var unused = scheduled(seconds, name);
  }

  private ScheduledFuture<?> scheduled(long seconds, String name) {
    return time.schedule(() -> note(name), seconds, SECONDS);
  }

  private void note(String name) {
    log.add(name + "@" + Duration.between(START, time.clock().instant()).toSeconds() + "s");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
