package dev.infraevents.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

@ExtendWith(LeakCheck.class)
class LeakCheckTest {

  private static final List<String> NONE = List.of();

  /** What the test classes below leave behind on purpose, for {@link #cleanUp} to end. */
  private static final Deque<AutoCloseable> LEFT = new ArrayDeque<>();

  @AfterEach
  void cleanUp() throws Exception {
    while (!LEFT.isEmpty()) {
      LEFT.pop().close();
    }
  }

  @Test
  void aTestThatLeavesAThreadFailsWithItsStack() {
    List<Throwable> failures = failuresOf(LeavesThread.class);

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("leavesThread()")
        .hasMessageContaining("thread \"left-over\" (daemon, WAITING) is still alive")
        .hasMessageContaining("CountDownLatch.await");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aTestThatLeavesASocketFailsWithItsAddress() {
    List<Throwable> failures = failuresOf(LeavesSocket.class);

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0).getMessage())
        .containsPattern("socket 127\\.0\\.0\\.1:\\d+ -> \\S+ \\(LISTEN\\) is still open");
  }

  @Test
  void aTestDuringWhichAThreadThrewFailsWithTheException() {
    List<Throwable> failures = failuresOf(ThrowsInThread.class);

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0))
        .hasMessageContaining("thread \"thrower\" threw java.lang.IllegalStateException: boom");
    assertThat(failures.get(0).getSuppressed()).singleElement().matches(f -> isBoom(f));
  }

  @Test
  void theHandlerOfBeforeIsBackAfterwards() {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();

    failuresOf(ThrowsInThread.class);

    assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(before);
  }

  @Test
  void aThreadThatEndsSoonIsWaitedFor() {
    assertThat(failuresOf(LeavesThreadThatEnds.class)).isEmpty();
  }

  @Test
  void onlyTheTestThatLeaksFails() {
    List<Throwable> failures = failuresOf(OneOfTwoLeaks.class);

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0)).hasMessageContaining("leaks()");
  }

  @Test
  void ofDynamicTestsOnlyTheOneThatLeaksFails() {
    List<Throwable> failures = failuresOf(OneOfThreeDynamicTestsLeaks.class);

    assertThat(failures).hasSize(2);
    assertThat(failures.get(0)).hasMessageContaining("leaks left something behind");
    assertThat(failures.get(1)).hasMessage("own failure");
    assertThat(failures.get(1).getSuppressed()).singleElement().isInstanceOf(AssertionError.class);
  }

  @Test
  void whatTheClassStartsMayLiveUntilItsEnd() {
    assertThat(failuresOf(UsesClassFixture.class)).isEmpty();
  }

  @Test
  void whatTheClassNeverEndsFailsTheClass() {
    List<Throwable> failures = failuresOf(LeavesClassFixture.class);

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0)).hasMessageContaining("LeavesClassFixture");
  }

  @Test
  void aCheckPerClassAllowsAFixtureThatGrowsAndSeesWhatIsLeftAtTheEnd() {
    assertThat(failuresOf(GrowsClassFixture.class)).isEmpty();
    assertThat(failuresOf(LeavesGrownClassFixture.class)).hasSize(1);
  }

  @Test
  void threadsCanBeIgnoredByName() {
    assertThat(failuresOf(LeavesIgnoredThread.class)).isEmpty();
  }

  @Test
  void ofGrpcsPoolsOnlyAWorkerThatIsBusyIsLeft() {
    assertThat(failuresOf(LeavesIdleGrpcWorker.class)).isEmpty();
    assertThat(failuresOf(LeavesBusyGrpcWorker.class)).hasSize(1);
  }

  @Test
  void testsOfANestedClassAreChecked() {
    assertThat(failuresOf(HasNested.class)).hasSize(1);
  }

  @Test
  void aTestThatFailsByItselfKeepsItsFailure() {
    List<Throwable> failures = failuresOf(FailsAndLeaks.class);

    assertThat(failures).hasSize(1);
    assertThat(failures.get(0)).hasMessage("own failure");
    assertThat(failures.get(0).getSuppressed()).singleElement().isInstanceOf(AssertionError.class);
  }

  @Test
  void onAnInstanceFieldItChecksEachTest() {
    assertThat(failuresOf(LeavesThreadUnderInstanceField.class)).hasSize(1);
  }

  private static List<Throwable> failuresOf(Class<?> testClass) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(testClass))
        .execute()
        .allEvents()
        .finished()
        .stream()
        .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
        .flatMap(result -> result.getThrowable().stream())
        .toList();
  }

  private static LeakCheck impatient() {
    return new LeakCheck(true, NONE, Duration.ofMillis(20));
  }

  private static boolean isBoom(Throwable failure) {
    return failure instanceof IllegalStateException && "boom".equals(failure.getMessage());
  }

  private static void leaveThread(String name) {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              waiting.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    LEFT.push(
        () -> {
          end.countDown();
          thread.join();
        });
    awaitParked(thread, waiting);
  }

  /** So that the reported state is the same in every run. */
  private static void awaitParked(Thread thread, CountDownLatch waiting) {
    try {
      waiting.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  static class LeavesThread {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @Test
    void leavesThread() {
      leaveThread("left-over");
    }
  }

  static class LeavesSocket {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @Test
    void leavesSocket() throws IOException {
      LEFT.push(new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})));
    }
  }

  static class ThrowsInThread {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @Test
    void throwsInThread() {
      new Thread(
              () -> {
                throw new IllegalStateException("boom");
              },
              "thrower")
          .start();
    }
  }

  @ExtendWith(LeakCheck.class)
  static class LeavesThreadThatEnds {

    @Test
    void leavesThreadThatEnds() {
      Thread.State[] seen = new Thread.State[1];
      Thread test = Thread.currentThread();
      // Ends once the check has begun to wait for it.
      new Thread(
              () -> {
                do {
                  seen[0] = test.getState();
                } while (seen[0] != Thread.State.TIMED_WAITING);
              },
              "ends-soon")
          .start();
    }
  }

  static class OneOfTwoLeaks {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @Test
    void leaks() {
      leaveThread("left-over");
    }

    @Test
    void doesNot() {
      assertThat(LEAKS).isNotNull();
    }
  }

  static class OneOfThreeDynamicTestsLeaks {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @TestFactory
    Stream<DynamicTest> tests() {
      return Stream.of(
          DynamicTest.dynamicTest("leaks", () -> leaveThread("left-over")),
          DynamicTest.dynamicTest("does not", () -> assertThat(LEAKS).isNotNull()),
          DynamicTest.dynamicTest(
              "fails and leaks",
              () -> {
                leaveThread("left-over-too");
                throw new IllegalStateException("own failure");
              }));
    }
  }

  @ExtendWith(LeakCheck.class)
  static class UsesClassFixture {

    @BeforeAll
    static void begin() {
      leaveThread("fixture");
    }

    @Test
    void usesIt() {
      assertThat(LEFT).hasSize(1);
    }

    @AfterAll
    static void end() throws Exception {
      LEFT.pop().close();
    }
  }

  static class LeavesClassFixture {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @BeforeAll
    static void begin() {
      leaveThread("fixture");
    }

    @Test
    void usesIt() {
      assertThat(LEFT).hasSize(1);
    }
  }

  static class GrowsClassFixture {
    @RegisterExtension static final LeakCheck LEAKS = LeakCheck.perClass();

    @Test
    void grows() {
      leaveThread("lazily-started");
    }

    @AfterAll
    static void end() throws Exception {
      LEFT.pop().close();
    }
  }

  static class LeavesGrownClassFixture {
    @RegisterExtension
    static final LeakCheck LEAKS = new LeakCheck(false, NONE, Duration.ofMillis(20));

    @Test
    void grows() {
      leaveThread("lazily-started");
    }
  }

  static class LeavesIgnoredThread {
    @RegisterExtension static final LeakCheck LEAKS = impatient().ignoringThreads("library-");

    @Test
    void startsIt() {
      leaveThread("library-timer");
    }
  }

  static class LeavesIdleGrpcWorker {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @Test
    void leavesPool() throws Exception {
      ExecutorService pool = grpcPool();
      pool.submit(() -> {}).get();
    }
  }

  static class LeavesBusyGrpcWorker {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @Test
    void leavesTask() throws Exception {
      CountDownLatch running = new CountDownLatch(1);
      grpcPool()
          .execute(
              () -> {
                running.countDown();
                LockSupport.park();
              });
      running.await();
    }
  }

  /** One worker, with the name that gRPC's have. */
  private static ExecutorService grpcPool() {
    ExecutorService pool =
        Executors.newSingleThreadExecutor(body -> new Thread(body, "grpc-default-executor-0"));
    LEFT.push(
        () -> {
          pool.shutdownNow();
          pool.awaitTermination(10, TimeUnit.SECONDS);
        });
    return pool;
  }

  static class HasNested {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @Nested
    class Inner {
      @Test
      void leaks() {
        leaveThread("left-over");
      }
    }
  }

  static class FailsAndLeaks {
    @RegisterExtension static final LeakCheck LEAKS = impatient();

    @Test
    void failsAndLeaks() {
      leaveThread("left-over");
      throw new IllegalStateException("own failure");
    }
  }

  static class LeavesThreadUnderInstanceField {
    @RegisterExtension final LeakCheck leaks = impatient();

    @Test
    void leaks() {
      leaveThread("left-over");
    }
  }
}
