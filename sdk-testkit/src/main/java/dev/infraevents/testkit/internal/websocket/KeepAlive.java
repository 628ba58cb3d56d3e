package dev.infraevents.testkit.internal.websocket;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends pings and gives a client up that does not answer them. */
final class KeepAlive {

  private final ScheduledExecutorService timer;
  private final WebSocketSettings settings;
  private final Runnable ping;
  private final Runnable overdue;

  // Guarded by this.
  private @Nullable Future<?> pings;
  private @Nullable Future<?> deadline;
  private boolean stopped;

  KeepAlive(
      ScheduledExecutorService timer, WebSocketSettings settings, Runnable ping, Runnable overdue) {
    this.timer = timer;
    this.settings = settings;
    this.ping = ping;
    this.overdue = overdue;
  }

  synchronized void start() {
    long interval = settings.pingInterval().toNanos();
    pings = timer.scheduleAtFixedRate(ping, interval, interval, TimeUnit.NANOSECONDS);
    if (settings.pongRequired()) {
      pongReceived();
    }
  }

  /** Only pongs count: neither messages nor pings of the client move the deadline. */
  synchronized void pongReceived() {
    if (!stopped) {
      cancel(deadline);
      deadline = timer.schedule(overdue, settings.pongWait().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  synchronized void stop() {
    stopped = true;
    cancel(pings);
    cancel(deadline);
  }

  private static void cancel(@Nullable Future<?> future) {
    if (future != null) {
      future.cancel(false);
    }
  }
}
