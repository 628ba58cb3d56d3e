package dev.infraevents.testkit.junit;

import dev.infraevents.testkit.junit.UncaughtExceptions.Uncaught;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.InvocationInterceptor;

/**
 * Fails a test that leaves something behind: a thread that was not there before and does not end, a
 * TCP socket that is still open (on Linux), or an exception that no one caught in any thread.
 *
 * <p>Put {@code @ExtendWith(LeakCheck.class)} on a test class.
 *
 * <p>Each test, dynamic ones too, is compared with the moment before it, and the whole class, with
 * what it starts in {@code @BeforeAll}, with the moment before the class. Where a fixture of the
 * class starts threads or opens connections in the course of its tests, check {@link #perClass()}
 * only.
 *
 * <p>Threads get a few seconds to end. Threads of the JVM, of JUnit and Surefire, and the
 * process-wide daemons of the common pool, of OkHttp and of gRPC are not looked at; nor are virtual
 * threads, which can not be listed. The check looks at the whole process, so it can not be used
 * while tests run in parallel in one JVM.
 *
 * <p>Register it before extensions whose resources it is to check: {@code @ExtendWith} on the class
 * comes before {@code @RegisterExtension} on a field.
 */
public final class LeakCheck
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        InvocationInterceptor {

  private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);

  // Only a test that leaks waits this long.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final boolean eachTest;
  private final List<String> ignoredPrefixes;
  private final Duration patience;

  /** A check of each test and of the class. */
  public LeakCheck() {
    this(true, List.of(), PATIENCE);
  }

  LeakCheck(boolean eachTest, List<String> ignoredPrefixes, Duration patience) {
    this.eachTest = eachTest;
    this.ignoredPrefixes = ignoredPrefixes;
    this.patience = patience;
  }

  /**
   * A check of the class as a whole, for a static field with {@code @RegisterExtension}: its tests
   * share resources that grow as they run.
   *
   * @return a check that looks once, after the last test
   */
  public static LeakCheck perClass() {
    return new LeakCheck(false, List.of(), PATIENCE);
  }

  /**
   * Does not look at some threads, such as the process-wide ones of a library.
   *
   * @param namePrefixes how the names of those threads begin
   * @return a check like this one that ignores them too
   */
  public LeakCheck ignoringThreads(String... namePrefixes) {
    List<String> prefixes = new ArrayList<>(ignoredPrefixes);
    prefixes.addAll(List.of(namePrefixes));
    return new LeakCheck(eachTest, List.copyOf(prefixes), patience);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (eachTest) {
      remember(context);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    if (eachTest) {
      check(context);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    check(context);
  }

  // The callbacks around a test are called for a factory, not for the tests that it makes.
  @Override
  public void interceptDynamicTest(
      Invocation<Void> invocation, DynamicTestInvocationContext test, ExtensionContext context)
      throws Throwable {
    beforeEach(context);
    try {
      invocation.proceed();
    } catch (Throwable failure) {
      try {
        afterEach(context);
      } catch (AssertionError leak) {
        failure.addSuppressed(leak);
      }
      throw failure;
    }
    afterEach(context);
  }

  private void remember(ExtensionContext context) {
    var baseline =
        new Baseline(
            LiveThreads.now(ignoredPrefixes),
            new HashSet<>(OpenSockets.now().keySet()),
            UncaughtExceptions.install());
    store(context).put(Baseline.class, baseline);
  }

  private void check(ExtensionContext context) throws InterruptedException {
    Baseline before = store(context).remove(Baseline.class, Baseline.class);
    if (before == null) { // registered on an instance field: there was no beforeAll
      return;
    }
    long deadline = System.nanoTime() + patience.toNanos();
    Set<Thread> threads = LiveThreads.survivors(before.threads, ignoredPrefixes, deadline);
    Map<String, String> sockets = OpenSockets.survivors(before.sockets, deadline);
    List<Uncaught> uncaught = before.exceptions.uninstall();
    if (threads.isEmpty() && sockets.isEmpty() && uncaught.isEmpty()) {
      return;
    }
    acknowledge(context, threads, sockets.keySet());
    throw failure(context.getDisplayName(), threads, sockets, uncaught);
  }

  /** Lets the class not fail once more for what one of its tests failed for. */
  private static void acknowledge(
      ExtensionContext context, Set<Thread> threads, Set<String> sockets) {
    for (var outer = context.getParent(); outer.isPresent(); outer = outer.get().getParent()) {
      Baseline baseline = store(outer.get()).get(Baseline.class, Baseline.class);
      if (baseline != null) {
        baseline.threads.addAll(threads);
        baseline.sockets.addAll(sockets);
      }
    }
  }

  private static AssertionError failure(
      String name, Set<Thread> threads, Map<String, String> sockets, List<Uncaught> uncaught) {
    List<String> lines = new ArrayList<>();
    lines.add(name + " left something behind:");
    threads.forEach(thread -> lines.add(LiveThreads.describe(thread)));
    sockets.values().forEach(socket -> lines.add("socket " + socket + " is still open"));
    uncaught.forEach(u -> lines.add("thread \"" + u.thread() + "\" threw " + u.failure()));
    var failure = new AssertionError(String.join(System.lineSeparator(), lines));
    uncaught.forEach(u -> failure.addSuppressed(u.failure()));
    return failure;
  }

  private static Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  /** How things were before, and what is collected since. */
  private static final class Baseline {
    final Set<Thread> threads;
    final Set<String> sockets;
    final UncaughtExceptions exceptions;

    Baseline(Set<Thread> threads, Set<String> sockets, UncaughtExceptions exceptions) {
      this.threads = threads;
      this.sockets = sockets;
      this.exceptions = exceptions;
    }
  }
}
