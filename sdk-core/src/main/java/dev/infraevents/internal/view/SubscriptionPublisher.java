package dev.infraevents.internal.view;

import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventSource;
import dev.infraevents.Subscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A publisher whose every subscriber has a subscription of its own. Each delivery is deferred until
 * it has been demanded and {@code onNext} has returned.
 *
 * @param <P> the payload class
 */
public final class SubscriptionPublisher<P> implements Flow.Publisher<Event<P>> {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  private final EventSource<P> source;

  /**
   * Makes a publisher; nothing is subscribed yet.
   *
   * @param source whose events to publish
   */
  public SubscriptionPublisher(EventSource<P> source) {
    this.source = source;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Event<P>> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    var demand = new Demand<P>(subscriber);
    subscriber.onSubscribe(demand);
    demand.start(source);
  }

  private record Offered<P>(Event<P> event, Delivery delivery) {}

  private static final class Demand<P> implements Flow.Subscription {
    private final ReentrantLock lock = new ReentrantLock();

    // All below guarded by lock.
    private Flow.@Nullable Subscriber<? super Event<P>> subscriber; // null once it hears no more
    private @Nullable Subscription subscription;
    private final ArrayDeque<Offered<P>> offered = new ArrayDeque<>(1); // one for each source
    private long demanded;
    private @Nullable Thread emitting;
    private boolean closeWhenEmitted;
    private boolean ended;
    private @Nullable Throwable error;

    Demand(Flow.Subscriber<? super Event<P>> subscriber) {
      this.subscriber = subscriber;
    }

    void start(EventSource<P> source) {
      if (isCancelled()) {
        return;
      }
      Subscription started;
      try {
        started = source.subscribe(this::offer);
      } catch (RuntimeException e) {
        end(e);
        return;
      }
      boolean cancelledMeanwhile;
      lock.lock();
      try {
        subscription = started;
        cancelledMeanwhile = subscriber == null || ended;
      } finally {
        lock.unlock();
      }
      started.completion().whenComplete((done, failure) -> end(failure));
      if (cancelledMeanwhile) {
        started.close(Duration.ZERO);
      }
    }

    private boolean isCancelled() {
      lock.lock();
      try {
        return subscriber == null;
      } finally {
        lock.unlock();
      }
    }

    private void offer(Event<? extends P> event, Delivery delivery) {
      delivery.defer();
      lock.lock();
      try {
        @SuppressWarnings("unchecked") // events are immutable
        Event<P> widened = (Event<P>) event;
        offered.add(new Offered<>(widened, delivery));
      } finally {
        lock.unlock();
      }
      emit();
    }

    @Override
    public void request(long n) {
      lock.lock();
      try {
        if (n <= 0) {
          ended = true;
          error = new IllegalArgumentException("demand must be positive (rule 3.9), not " + n);
          offered.clear();
        } else {
          demanded = demanded + n < 0 ? Long.MAX_VALUE : demanded + n;
        }
      } finally {
        lock.unlock();
      }
      emit();
      if (n <= 0) {
        closeSubscription();
      }
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        subscriber = null;
        offered.clear();
        if (emitting == Thread.currentThread()) {
          closeWhenEmitted = true; // called from onNext, whose event is acknowledged first
          return;
        }
      } finally {
        lock.unlock();
      }
      closeSubscription();
    }

    private void end(@Nullable Throwable failure) {
      lock.lock();
      try {
        ended = true;
        if (error == null) {
          error = failure instanceof CompletionException ? failure.getCause() : failure;
        }
      } finally {
        lock.unlock();
      }
      emit();
    }

    // One thread emits at a time; a request from inside onNext only adds to the demand.
    private void emit() {
      lock.lock();
      try {
        while (emitting == null && subscriber != null) {
          Flow.Subscriber<? super Event<P>> hearing = subscriber;
          if (!offered.isEmpty() && demanded > 0) {
            Offered<P> next = offered.remove();
            demanded--;
            unlocked(() -> deliver(hearing, next));
          } else if (offered.isEmpty() && ended) {
            Throwable failure = error;
            subscriber = null;
            unlocked(() -> finish(hearing, failure));
          } else {
            return;
          }
        }
      } finally {
        lock.unlock();
      }
    }

    private void unlocked(Runnable task) {
      emitting = Thread.currentThread();
      lock.unlock();
      try {
        task.run();
      } finally {
        lock.lock();
        emitting = null;
      }
    }

    private void deliver(Flow.Subscriber<? super Event<P>> hearing, Offered<P> next) {
      try {
        hearing.onNext(next.event());
        next.delivery().ack();
      } catch (Throwable e) {
        // Rule 2.13: a subscriber must not throw; it is treated as one that has cancelled.
        LOG.log(System.Logger.Level.WARNING, "a subscriber threw; its subscription is closed", e);
        next.delivery().nack(Duration.ZERO);
        cancel();
      }
      if (isToBeClosed()) {
        closeSubscription();
      }
    }

    private boolean isToBeClosed() {
      lock.lock();
      try {
        return closeWhenEmitted;
      } finally {
        lock.unlock();
      }
    }

    private void finish(Flow.Subscriber<? super Event<P>> hearing, @Nullable Throwable failure) {
      if (failure == null) {
        hearing.onComplete();
      } else {
        hearing.onError(failure);
      }
    }

    private void closeSubscription() {
      Subscription running;
      lock.lock();
      try {
        running = subscription;
      } finally {
        lock.unlock();
      }
      if (running != null) {
        Thread closer = new Thread(() -> running.close(Duration.ZERO), "infra-events-cancel");
        closer.setDaemon(true);
        closer.start(); // rule 3.5: cancel must return quickly
      }
    }
  }
}
