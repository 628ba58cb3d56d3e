package dev.infraevents;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A running subscription. Thread-safe. */
public interface Subscription extends AutoCloseable {

  /**
   * How its connection is doing.
   *
   * @return the status now
   */
  SourceStatus status();

  /**
   * Its books.
   *
   * @return the numbers now
   */
  SubscriptionStats stats();

  /**
   * Waits until events can flow.
   *
   * @param timeout how long
   * @return true once it is streaming; false if it was not in time, or was closed
   * @throws SourceException if it failed
   * @throws InterruptedException if the waiting thread was interrupted
   */
  boolean awaitStreaming(Duration timeout) throws InterruptedException;

  /**
   * Its end.
   *
   * @return completes normally when it was closed or the source ran out of events, and
   *     exceptionally with a {@link SourceException} when it failed; everything it held is released
   *     by then
   */
  CompletionStage<Void> completion();

  /**
   * Takes no more events, waits for those that were taken, gives up what is not done after the
   * drain time (10 s by default) and releases every thread and socket. What is given up stays
   * unsettled: it is never acknowledged. Idempotent. Called from inside the subscription's own
   * handler it starts all this and returns at once.
   */
  @Override
  void close();

  /**
   * As {@link #close()}.
   *
   * @param drain how long to wait for the events that were taken; zero to give them up at once
   */
  void close(Duration drain);
}
