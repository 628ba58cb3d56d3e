package dev.infraevents;

import dev.infraevents.internal.view.SubscriptionPublisher;
import dev.infraevents.internal.view.SubscriptionStream;
import java.util.Set;
import java.util.concurrent.Flow;

/**
 * Events of one system. Each subscription has a connection of its own; several callbacks on one
 * connection are an {@link EventRouter}. Thread-safe.
 *
 * @param <P> the class all its payloads share
 */
public interface EventSource<P> extends AutoCloseable {

  /**
   * Connects and delivers events to a handler until the subscription is closed or fails. Returns at
   * once; {@link Subscription#awaitStreaming} waits for the connection.
   *
   * @param handler receives the events
   * @param options how it is treated
   * @return the running subscription; close it
   * @throws IllegalStateException if this source is closed
   */
  Subscription subscribe(EventHandler<? super P> handler, DeliveryOptions options);

  /**
   * As {@link #subscribe(EventHandler, DeliveryOptions)} with the default options.
   *
   * @param handler receives the events
   * @return the running subscription; close it
   */
  default Subscription subscribe(EventHandler<? super P> handler) {
    return subscribe(handler, DeliveryOptions.DEFAULT);
  }

  /**
   * Subscribes and hands the events out one by one to the thread that asks.
   *
   * @return a stream to be closed; asking for the next event acknowledges the one before
   */
  default EventStream<P> events() {
    return new SubscriptionStream<>(this);
  }

  /**
   * The same as a publisher. Each subscriber gets a subscription of its own; an event is
   * acknowledged when {@code onNext} returns, and the connection is closed on cancel.
   *
   * @return a publisher that obeys demand
   */
  default Flow.Publisher<Event<P>> publisher() {
    return new SubscriptionPublisher<>(this);
  }

  /**
   * How the worst of the open subscriptions is doing.
   *
   * @return {@link SourceState#IDLE} when there is none
   */
  SourceStatus status();

  /**
   * What this source can do.
   *
   * @return an immutable set
   */
  Set<Capability> capabilities();

  /** Closes every subscription, as {@link Subscription#close()} does. Idempotent. */
  @Override
  void close();
}
