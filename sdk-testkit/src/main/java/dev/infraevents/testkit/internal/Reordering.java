package dev.infraevents.testkit.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shuffles the events of one stream: as many as the window holds at a time, or as many as came
 * within a short while, so that none waits for another that may never come.
 */
public final class Reordering<T> {

  /** Where events go on to. */
  @FunctionalInterface
  public interface Outlet<T> {

    /** Takes an event; says whether there was room for it. */
    boolean offer(T event);
  }

  private static final long PATIENCE_MILLIS = 100;

  private final Outlet<? super T> outlet;
  private final BooleanSupplier over;
  private final ScheduledExecutorService ioTimer;

  // Guarded by this, which is taken before any lock of the outlet's.
  private final List<T> held = new ArrayList<>();
  private int window = 1;
  private Random random = new Random(0);
  private @Nullable Future<?> release;

  /**
   * Lets everything pass at first.
   *
   * @param over whether the stream takes no more events
   * @param ioTimer in real time
   */
  public Reordering(
      Outlet<? super T> outlet, BooleanSupplier over, ScheduledExecutorService ioTimer) {
    this.outlet = outlet;
    this.over = over;
    this.ioTimer = ioTimer;
  }

  /** A window of one lets events pass as they come. */
  public synchronized void start(int events, Random source) {
    release();
    window = events;
    random = source;
  }

  /** Queues an event sooner or later; says whether there was room, or may be. */
  public synchronized boolean offer(T event) {
    if (window == 1) {
      return outlet.offer(event);
    }
    if (over.getAsBoolean()) {
      return false;
    }
    held.add(event);
    if (held.size() >= window) {
      release();
    } else if (release == null) {
      release = ioTimer.schedule(this::release, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
    return true;
  }

  /** Lets go of what is held, in some order. */
  public synchronized void release() {
    Collections.shuffle(held, random);
    held.forEach(outlet::offer);
    stop();
  }

  /** Forgets what is held: the connection is over. */
  public synchronized void stop() {
    held.clear();
    if (release != null) {
      release.cancel(false);
      release = null;
    }
  }
}
