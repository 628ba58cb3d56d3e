package dev.infraevents;

/**
 * Receives events. Returning acknowledges, throwing does not, {@link Delivery#defer()} postpones
 * the decision.
 *
 * <p>Never called on an I/O thread, so it may block. How many calls run at once is the
 * subscription's {@link Concurrency}; with the default, {@link Concurrency#serial()}, one at a
 * time.
 *
 * @param <P> the payload class it accepts
 */
@FunctionalInterface
public interface EventHandler<P> {

  /**
   * Handles one event.
   *
   * @param event the event
   * @param delivery its delivery, for those who settle by hand
   * @throws Exception to say that it could not be handled: it is retried, then the subscription's
   *     {@link FailureAction} is taken. An {@link Error} is treated alike
   */
  void handle(Event<P> event, Delivery delivery) throws Exception;

  /**
   * Hears what happens to the connection and to deliveries. Signals come one at a time and in
   * order, on a handler thread, possibly while an event is being handled. Whatever this throws is
   * logged.
   *
   * @param signal what happened
   */
  default void onSignal(SourceSignal signal) {}
}
