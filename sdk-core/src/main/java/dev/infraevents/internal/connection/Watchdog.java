package dev.infraevents.internal.connection;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.TransportException;
import dev.infraevents.internal.Timing;
import dev.infraevents.spi.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Ends attempts that take too long and connections that are silent for too long. Methods are called
 * under the supervisor's lock.
 */
final class Watchdog<P> {

  /** What the answer to a ping takes as a rule. */
  private static final Duration ROUND_TRIP = Duration.ofMillis(250);

  private final ConnectionSupervisor<P> supervisor;
  private final URI source;
  private final Timing time;
  private final Duration connectLimit;
  private final Supplier<Duration> pingInterval;
  private final Duration pongTimeout;

  Watchdog(
      ConnectionSupervisor<P> supervisor,
      URI source,
      ConnectionOptions options,
      Transport<P> transport,
      Timing time) {
    this.supervisor = supervisor;
    this.source = source;
    this.time = time;
    this.connectLimit = options.connectTimeout();
    this.pingInterval =
        () -> Objects.requireNonNullElse(transport.pingInterval(), options.pingInterval());
    this.pongTimeout = options.pongTimeout();
  }

  void watchConnecting(Attempt<P> attempt) {
    attempt.deadline =
        time.schedule(() -> supervisor.change(effects -> timedOut(attempt, effects)), connectLimit);
  }

  void watchSilence(Attempt<P> attempt) {
    Attempt.cancel(attempt.deadline);
    Duration interval = pingInterval.get();
    if (!interval.isZero()) {
      check(attempt, nextAnswer(interval, interval.plus(pongTimeout)));
    }
  }

  private static Duration nextAnswer(Duration interval, Duration silenceLimit) {
    Duration answered = interval.plus(ROUND_TRIP);
    return answered.compareTo(silenceLimit) < 0 ? answered : silenceLimit;
  }

  private void check(Attempt<P> attempt, Duration later) {
    attempt.silence =
        time.schedule(() -> supervisor.change(effects -> checkSilence(attempt, effects)), later);
  }

  private void timedOut(Attempt<P> attempt, Effects effects) {
    if (!attempt.streaming) {
      String where = attempt.awaitsToken() ? "; no token has come so far" : "";
      supervisor.fail(
          attempt,
          new TransportException(
              "no connection to %s within %d ms%s"
                  .formatted(source, connectLimit.toMillis(), where),
              null),
          effects);
    }
  }

  // Looks when the next answer to a ping should have come, so that a quiet connection wakes nothing
  // between its pings; where it has not come, once more when the limit has passed.
  private void checkSilence(Attempt<P> attempt, Effects effects) {
    if (attempt.over || !attempt.receiving) {
      return;
    }
    Duration silence = Duration.ofNanos(time.nanoTime() - attempt.lastActivity);
    Duration interval = pingInterval.get();
    Duration silenceLimit = interval.plus(pongTimeout);
    if (attempt.isHeldUp()) {
      check(attempt, silenceLimit); // it is us who do not read
    } else if (silence.compareTo(silenceLimit) >= 0) {
      attempt.silent = true;
      supervisor.fail(
          attempt,
          new TransportException(
              "%s has been silent for %d ms; the connection is dead"
                  .formatted(source, silenceLimit.toMillis()),
              null),
          effects);
    } else {
      Duration nextAnswer = nextAnswer(interval, silenceLimit);
      Duration next = silence.compareTo(nextAnswer) < 0 ? nextAnswer : silenceLimit;
      check(attempt, next.minus(silence));
    }
  }
}
