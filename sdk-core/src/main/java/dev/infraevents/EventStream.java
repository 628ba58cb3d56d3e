package dev.infraevents;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Events one by one, for a thread that waits for them. Asking for the next event acknowledges the
 * one before; closing leaves the last one unacknowledged unless {@link #hasNext} or {@link #poll}
 * has been called after it. For one thread at a time, except {@link #close()} and {@link
 * #subscription()}.
 *
 * @param <P> the payload class
 */
public interface EventStream<P> extends Iterator<Event<P>>, AutoCloseable {

  /**
   * Waits for the next event.
   *
   * @return false when the source has ended as asked, or the waiting thread was interrupted (its
   *     interrupt flag is then set)
   * @throws SourceException if the source has failed
   */
  @Override
  boolean hasNext();

  /**
   * The next event; waits for it.
   *
   * @return the event
   * @throws NoSuchElementException if the source has ended
   * @throws SourceException if the source has failed
   */
  @Override
  Event<P> next();

  /**
   * Waits a while for the next event.
   *
   * @param timeout how long
   * @return the event, or empty if there was none in time, or the source has ended
   * @throws SourceException if the source has failed
   * @throws InterruptedException if the waiting thread was interrupted
   */
  Optional<Event<P>> poll(Duration timeout) throws InterruptedException;

  /**
   * The rest as a sequential stream.
   *
   * @return a lazy stream; closing it closes this
   */
  Stream<Event<P>> stream();

  /**
   * The subscription behind it.
   *
   * @return for status, statistics and completion
   */
  Subscription subscription();

  /** Ends the subscription. A thread that waits is released. Idempotent. */
  @Override
  void close();
}
