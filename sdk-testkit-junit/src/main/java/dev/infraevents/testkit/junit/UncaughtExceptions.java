package dev.infraevents.testkit.junit;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Collects what threads without a handler of their own throw, from install to uninstall. */
final class UncaughtExceptions implements UncaughtExceptionHandler {

  /** One uncaught exception. */
  record Uncaught(String thread, Throwable failure) {}

  private final @Nullable UncaughtExceptionHandler previous;
  private final List<Uncaught> collected = new CopyOnWriteArrayList<>();

  private UncaughtExceptions(@Nullable UncaughtExceptionHandler previous) {
    this.previous = previous;
  }

  static UncaughtExceptions install() {
    var handler = new UncaughtExceptions(Thread.getDefaultUncaughtExceptionHandler());
    Thread.setDefaultUncaughtExceptionHandler(handler);
    return handler;
  }

  List<Uncaught> uninstall() {
    if (Thread.getDefaultUncaughtExceptionHandler() == this) { // else the test put its own there
      Thread.setDefaultUncaughtExceptionHandler(previous);
    }
    return List.copyOf(collected);
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    collected.add(new Uncaught(thread.getName(), failure));
    // An enclosing check is not told: one failure is reported once.
    if (previous != null && !(previous instanceof UncaughtExceptions)) {
      previous.uncaughtException(thread, failure);
    }
  }
}
