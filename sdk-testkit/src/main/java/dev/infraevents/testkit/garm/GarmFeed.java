package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.http.HttpReply;
import dev.infraevents.testkit.internal.websocket.WebSocketListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A websocket of {@link FakeGarm} that sends the same to all who are connected, without a filter:
 * the lines of the log, or the metrics. Thread-safe.
 */
public final class GarmFeed {

  private final GarmUpgrades upgrades;
  private final Changes changes;
  private final ScheduledExecutorService timer;
  private final @Nullable Duration interval;

  private final List<GarmConnection> connections = new CopyOnWriteArrayList<>();
  private volatile @Nullable String repeated;

  GarmFeed(
      GarmUpgrades upgrades,
      Changes changes,
      ScheduledExecutorService timer,
      @Nullable Duration interval) {
    this.upgrades = upgrades;
    this.changes = changes;
    this.timer = timer;
    this.interval = interval;
  }

  /**
   * Sends a message now.
   *
   * @param text the message, sent as it is
   * @return how many connections it was queued for
   */
  public int send(String text) {
    return (int) connections.stream().filter(connection -> connection.offer(text)).count();
  }

  /**
   * Sends a message to each connection again and again, as the metrics are: every 5 s, counted from
   * its upgrade.
   *
   * @param text the message, sent as it is, instead of the one so far
   * @throws IllegalStateException for the log, which repeats nothing
   */
  public void repeat(String text) {
    if (interval == null) {
      throw new IllegalStateException("the log repeats nothing");
    }
    repeated = text;
  }

  /**
   * All connections that were upgraded so far.
   *
   * @return open and closed ones, in the order of their upgrades
   */
  public List<GarmConnection> connections() {
    return List.copyOf(connections);
  }

  /**
   * Waits until so many connections have been upgraded since the start, open or not.
   *
   * @param count how many
   * @param timeout how long
   * @return all connections so far
   * @throws AssertionError if that does not happen in time
   */
  public List<GarmConnection> awaitConnections(int count, Duration timeout) {
    changes.await(() -> connections.size() >= count, timeout, connections::toString);
    return connections();
  }

  HttpReply upgrade(GarmRequest request) {
    return upgrades.upgrade(request, this::opened);
  }

  private WebSocketListener opened(GarmConnection connection, TokenWatch watch) {
    connections.add(connection);
    @Nullable Future<?> repetition = interval == null ? null : repeat(connection, interval);
    return new WebSocketListener() {
      @Override
      public void onMessage(byte[] message) {
        // nothing that a client says matters here
      }

      @Override
      public void onClosed() {
        if (repetition != null) {
          repetition.cancel(false);
        }
        watch.stop();
      }
    };
  }

  private Future<?> repeat(GarmConnection connection, Duration period) {
    Runnable repetition =
        () -> {
          String text = repeated;
          if (text != null) {
            connection.offer(text);
          }
        };
    long nanos = period.toNanos();
    return timer.scheduleAtFixedRate(repetition, nanos, nanos, TimeUnit.NANOSECONDS);
  }
}
