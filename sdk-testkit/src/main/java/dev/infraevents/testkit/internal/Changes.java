package dev.infraevents.testkit.internal;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Lets tests wait for a condition: whoever changes observable state announces it afterwards. */
public final class Changes {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition announced = lock.newCondition();

  public void announce() {
    lock.lock();
    try {
      announced.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until a condition holds.
   *
   * @return whether it holds; false at the timeout or when interrupted, which stays set
   */
  public boolean holds(BooleanSupplier condition, Duration timeout) {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = announced.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a condition holds, and fails the test when it does not in time. */
  public void await(BooleanSupplier condition, Duration timeout, Supplier<String> situation) {
    if (!holds(condition, timeout)) {
      throw new AssertionError("not within " + timeout + ": " + situation.get());
    }
  }
}
