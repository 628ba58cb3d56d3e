package dev.infraevents.internal.view;

import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventSource;
import dev.infraevents.EventStream;
import dev.infraevents.Subscription;
import dev.infraevents.TransportException;
import dev.infraevents.internal.Nanos;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Hands events to a waiting thread. Each delivery is deferred until the thread asks for the next,
 * so each source that is behind the subscription has at most one ready.
 *
 * @param <P> the payload class
 */
public final class SubscriptionStream<P> implements EventStream<P> {

  private record Offered<P>(Event<P> event, Delivery delivery) {}

  private final Subscription subscription;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final ArrayDeque<Offered<P>> offered = new ArrayDeque<>(1);
  private boolean ended;
  private @Nullable RuntimeException error;

  // Of the consuming thread.
  private @Nullable Offered<P> next;
  private @Nullable Delivery handedOut;

  /**
   * Subscribes.
   *
   * @param source whose events to hand out
   */
  public SubscriptionStream(EventSource<P> source) {
    subscription = source.subscribe(this::offer);
    subscription.completion().whenComplete((done, failure) -> end(failure));
  }

  private void offer(Event<? extends P> event, Delivery delivery) {
    delivery.defer();
    lock.lock();
    try {
      @SuppressWarnings("unchecked") // events are immutable
      Event<P> widened = (Event<P>) event;
      offered.add(new Offered<>(widened, delivery));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    lock.lock();
    try {
      ended = true;
      error = cause == null ? null : unchecked(cause);
      offered.clear(); // given up by the subscription: they were never handed out
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static RuntimeException unchecked(Throwable cause) {
    return cause instanceof RuntimeException known
        ? known
        : new TransportException("the subscription failed", cause);
  }

  @Override
  public boolean hasNext() {
    try {
      return advance(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public Event<P> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the source has ended, or the thread was interrupted");
    }
    return handOut().orElseThrow();
  }

  @Override
  public Optional<Event<P>> poll(Duration timeout) throws InterruptedException {
    return advance(Nanos.of(timeout)) ? handOut() : Optional.empty();
  }

  private Optional<Event<P>> handOut() {
    Offered<P> ready = next;
    if (ready == null) {
      return Optional.empty();
    }
    next = null;
    handedOut = ready.delivery();
    return Optional.of(ready.event());
  }

  private boolean advance(long nanos) throws InterruptedException {
    if (next != null) {
      return true;
    }
    if (handedOut != null) {
      handedOut.ack();
      handedOut = null;
    }
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (offered.isEmpty() && !ended && left > 0) {
        left = changed.awaitNanos(left);
      }
      next = offered.poll();
      if (next == null && error != null) {
        throw error;
      }
      return next != null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Stream<Event<P>> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(this::close);
  }

  @Override
  public Subscription subscription() {
    return subscription;
  }

  @Override
  public void close() {
    // Nobody will ask for what is waiting, so waiting for it would only use up the drain time.
    subscription.close(Duration.ZERO);
  }
}
