package dev.infraevents.testkit.internal.websocket;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shuffles the events of one connection: as many as the window holds at a time, or as many as came
 * within a short while, so that none waits for another that may never come.
 */
final class Reordering {

  private static final long PATIENCE_MILLIS = 100;

  private final Outbox outbox;
  private final ScheduledExecutorService ioTimer;

  // Guarded by this, which is taken before the outbox's lock.
  private final List<byte[]> held = new ArrayList<>();
  private int window = 1;
  private Random random = new Random(0);
  private @Nullable Future<?> release;

  Reordering(Outbox outbox, ScheduledExecutorService ioTimer) {
    this.outbox = outbox;
    this.ioTimer = ioTimer;
  }

  /** A window of one lets events pass as they come. */
  synchronized void start(int events, Random source) {
    release();
    window = events;
    random = source;
  }

  /** Queues an event sooner or later; says whether there was room, or may be. */
  synchronized boolean offer(byte[] event) {
    if (window == 1) {
      return outbox.offer(event);
    }
    if (outbox.isFinishing()) {
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
  synchronized void release() {
    Collections.shuffle(held, random);
    held.forEach(outbox::offer);
    stop();
  }

  /** Forgets what is held: the connection is over. */
  synchronized void stop() {
    held.clear();
    if (release != null) {
      release.cancel(false);
      release = null;
    }
  }
}
