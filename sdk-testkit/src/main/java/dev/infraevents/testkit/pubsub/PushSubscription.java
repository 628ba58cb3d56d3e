package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.tcp.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A push subscription: what is published is pushed until it is acknowledged, always with the same
 * id, and with the token of the first attempt for as long as that is valid. Thread-safe.
 */
public final class PushSubscription implements AutoCloseable {

  private static final Duration LEAST_BACKOFF = Duration.ofMillis(100);
  private static final Duration MOST_BACKOFF = Duration.ofSeconds(60);

  /**
   * One push and what became of it.
   *
   * @param messageId the id of the message
   * @param attempt which push of this message it was, from 1
   * @param response what the endpoint made of it
   */
  public record Push(String messageId, int attempt, PushResponse response) {}

  /** A message that waits for its next push, or is being pushed. */
  private static final class Pending {
    final PushMessage message;
    int attempts;
    boolean repeated; // pushed once more although it was acknowledged
    String token = "";
    Instant tokenExpiry = Instant.MIN;

    Pending(PushMessage message) {
      this.message = message;
    }
  }

  private final PushSubscriptionBuilder settings;
  private final PushSender sender;
  private final Changes changes = new Changes();
  private final List<PushConnection> connections = new ArrayList<>();
  private final List<Thread> workers = new ArrayList<>();

  // Guarded by this.
  private final Random random;
  private final List<Pending> waiting = new ArrayList<>();
  private final List<Push> pushes = new ArrayList<>();
  private final Set<String> acknowledged = new LinkedHashSet<>();
  private int unfinished;
  private int published;
  private int nacksInARow;
  private boolean paused;
  private boolean closed;

  PushSubscription(PushSubscriptionBuilder settings) {
    this.settings = settings;
    this.sender = settings.sender;
    this.random = new Random(settings.seed);
    for (int i = 0; i < settings.concurrency; i++) {
      PushConnection connection = sender.connection(settings.endpoint);
      connections.add(connection);
      workers.add(sender.threads().start("push-" + i, () -> work(connection)));
    }
    sender.opened(this);
  }

  /**
   * Publishes a message.
   *
   * @param message the message
   */
  public synchronized void publish(PushMessage message) {
    published++;
    unfinished++;
    waiting.add(new Pending(message));
    notifyAll();
  }

  /**
   * All pushes that are over, in the order they ended.
   *
   * @return a copy
   */
  public synchronized List<Push> pushes() {
    return List.copyOf(pushes);
  }

  /**
   * The ids of the messages that were acknowledged, in the order of that.
   *
   * @return a copy
   */
  public synchronized Set<String> acknowledged() {
    return new LinkedHashSet<>(acknowledged);
  }

  /**
   * Waits until so many messages were acknowledged.
   *
   * @param count how many, since the start
   * @param timeout how long to wait, in real time
   * @throws AssertionError if they were not
   */
  public void awaitAcknowledged(int count, Duration timeout) {
    changes.await(() -> countAcknowledged() >= count, timeout, this::situation);
  }

  /**
   * Waits until all that was published is acknowledged and nothing will be pushed again.
   *
   * @param timeout how long to wait, in real time
   * @throws AssertionError if something is left
   */
  public void awaitEmpty(Duration timeout) {
    changes.await(this::isEmpty, timeout, this::situation);
  }

  /**
   * Waits until so many pushes are over, however they ended.
   *
   * @param count how many, since the start
   * @param timeout how long to wait, in real time
   * @throws AssertionError if there were fewer
   */
  public void awaitPushes(int count, Duration timeout) {
    changes.await(() -> pushes().size() >= count, timeout, this::situation);
  }

  private synchronized int countAcknowledged() {
    return acknowledged.size();
  }

  private synchronized boolean isEmpty() {
    return unfinished == 0;
  }

  private synchronized String situation() {
    return "%d of %d messages are acknowledged, after %d pushes"
        .formatted(acknowledged.size(), published, pushes.size());
  }

  private void work(PushConnection connection) {
    for (Pending next = take(); next != null; next = take()) {
      PushResponse response = connection.send(request(next));
      settle(next, response);
      changes.announce();
    }
  }

  private synchronized @Nullable Pending take() {
    while (!closed && (waiting.isEmpty() || paused)) {
      try {
        wait();
      } catch (InterruptedException e) {
        return null;
      }
    }
    return closed
        ? null
        : waiting.remove(random.nextInt(Math.min(settings.window, waiting.size())));
  }

  private PushRequest request(Pending next) {
    next.attempts++;
    Instant now = sender.time().now();
    if (!now.isBefore(next.tokenExpiry)) {
      next.token = sender.sharedToken();
      next.tokenExpiry = now.plus(PushTokenBuilder.LIFETIME.dividedBy(6));
    }
    String name = sender.subscriptionName();
    return settings.unwrapped
        ? PushBody.unwrapped(next.message, name, settings.metadata, next.token)
        : PushBody.wrapped(
            next.message, name, settings.countsAttempts ? next.attempts : 0, next.token);
  }

  private synchronized void settle(Pending done, PushResponse response) {
    if (closed) {
      return;
    }
    pushes.add(new Push(done.message.id(), done.attempts, response));
    if (response.acknowledged()) {
      nacksInARow = 0;
      boolean first = acknowledged.add(done.message.id());
      int every = settings.duplicateEvery;
      if (first && !done.repeated && every > 0 && acknowledged.size() % every == 0) {
        done.repeated = true;
        waiting.add(done);
        notifyAll();
      } else {
        unfinished--;
      }
      return;
    }
    if (settings.pushBackoff) {
      pause();
    }
    later(settings.retryDelay, () -> waiting.add(done));
  }

  private synchronized void pause() {
    Duration backoff = LEAST_BACKOFF.multipliedBy(1L << Math.min(nacksInARow, 10));
    nacksInARow++;
    if (!paused) {
      paused = true;
      later(backoff.compareTo(MOST_BACKOFF) > 0 ? MOST_BACKOFF : backoff, () -> paused = false);
    }
  }

  /** Changes what is guarded by this after some time, and wakes the workers. */
  private void later(Duration delay, Runnable change) {
    var unused =
        sender
            .time()
            .timers()
            .schedule(
                () -> {
                  synchronized (this) {
                    change.run();
                    notifyAll();
                  }
                },
                delay.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  /** Ends pushing, also in the middle of a request. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    connections.forEach(Wire::closeQuietly);
    workers.forEach(DaemonThreads::await);
    sender.closed(this);
  }
}
