package dev.infraevents;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Typed callbacks behind one handler. Every callback that matches an event runs, in the order in
 * which they were added; if none does, {@code otherwise} runs. A callback that throws fails the
 * delivery. Immutable, and thread-safe if the callbacks are.
 */
public final class EventRouter implements EventHandler<Object> {

  private final List<Route> routes;
  private final @Nullable EventHandler<Object> otherwise;
  private final List<Consumer<? super SourceSignal>> signals;

  private EventRouter(Builder builder) {
    this.routes = List.copyOf(builder.routes);
    this.otherwise = builder.otherwise;
    this.signals = List.copyOf(builder.signals);
  }

  /**
   * Starts a router.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void handle(Event<Object> event, Delivery delivery) throws Exception {
    boolean matched = false;
    for (Route route : routes) {
      if (route.wants.test(event)) {
        matched = true;
        route.handler.handle(event, delivery);
      }
    }
    if (!matched && otherwise != null) {
      otherwise.handle(event, delivery);
    }
  }

  @Override
  public void onSignal(SourceSignal signal) {
    RuntimeException failure = null;
    for (Consumer<? super SourceSignal> listener : signals) {
      try {
        listener.accept(signal);
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure; // the other listeners hear it all the same
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private record Route(Predicate<Event<?>> wants, EventHandler<Object> handler) {}

  /**
   * A callback that is content with the event.
   *
   * @param <P> the payload class it accepts
   */
  @FunctionalInterface
  public interface Callback<P> {

    /**
     * Handles one event.
     *
     * @param event the event
     * @throws Exception to say that it could not be handled
     */
    void accept(Event<P> event) throws Exception;
  }

  /** Builds an {@link EventRouter}. Not thread-safe. */
  public static final class Builder {
    private final List<Route> routes = new ArrayList<>();
    private final List<Consumer<? super SourceSignal>> signals = new ArrayList<>();
    private @Nullable EventHandler<Object> otherwise;

    private Builder() {}

    /**
     * Adds a callback for a type of event.
     *
     * @param <P> the payload class
     * @param type the type
     * @param callback receives the events of that type
     * @return this
     */
    public <P> Builder on(EventType<P> type, Callback<P> callback) {
      Objects.requireNonNull(callback, "callback");
      return on(type, (event, delivery) -> callback.accept(event));
    }

    /**
     * Adds a callback that settles by hand for a type of event.
     *
     * @param <P> the payload class
     * @param type the type
     * @param handler receives the events of that type and their deliveries
     * @return this
     */
    public <P> Builder on(EventType<P> type, EventHandler<P> handler) {
      Objects.requireNonNull(type, "type");
      return route(event -> event.type().equals(type), type.payloadType(), handler);
    }

    /**
     * Adds a callback for a class of payload, whatever the event's type.
     *
     * @param <P> the payload class
     * @param payloadType the class; an interface such as {@link RawPayload} matches what implements
     *     it
     * @param callback receives the events
     * @return this
     */
    public <P> Builder onPayload(Class<P> payloadType, Callback<P> callback) {
      Objects.requireNonNull(payloadType, "payloadType");
      Objects.requireNonNull(callback, "callback");
      return route(
          event -> payloadType.isInstance(event.payload()),
          payloadType,
          (event, delivery) -> callback.accept(event));
    }

    /**
     * Adds a listener for signals.
     *
     * @param listener hears every signal
     * @return this
     */
    public Builder onSignal(Consumer<? super SourceSignal> listener) {
      signals.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /**
     * Sets the callback for events that no other callback wants.
     *
     * @param callback receives them
     * @return this
     */
    public Builder otherwise(Callback<Object> callback) {
      Objects.requireNonNull(callback, "callback");
      this.otherwise = (event, delivery) -> callback.accept(event);
      return this;
    }

    /**
     * Builds the router.
     *
     * @return an immutable router
     */
    public EventRouter build() {
      return new EventRouter(this);
    }

    private <P> Builder route(
        Predicate<Event<?>> wants, Class<P> payloadType, EventHandler<P> handler) {
      Objects.requireNonNull(handler, "handler");
      routes.add(
          new Route(wants, (event, delivery) -> handler.handle(event.as(payloadType), delivery)));
      return this;
    }
  }
}
