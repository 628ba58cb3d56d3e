package dev.infraevents.internal.delivery;

import dev.infraevents.Capability;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.FailureAction;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.internal.Timing;
import java.util.function.Consumer;

/**
 * What the parts of one engine share.
 *
 * @param profile what the source is and can do
 * @param options how the handler is treated
 * @param time the subscription's time
 * @param signals where signals go
 * @param fatal told when the subscription has to end as failed
 */
record EngineContext(
    EngineProfile profile,
    DeliveryOptions options,
    Timing time,
    Consumer<SourceSignal> signals,
    Consumer<SourceException> fatal) {

  /** What is done with an event that could not be handled. */
  FailureAction failureAction() {
    FailureAction wanted = options.failureAction();
    if (wanted != null) {
      return wanted;
    }
    return profile.redelivers() ? FailureAction.NACK : FailureAction.ACK_AND_REPORT;
  }

  /**
   * Whether a message that can not be read is acknowledged. It never becomes readable, so a source
   * that would bring it again at once is not told to, unless the application wants that.
   */
  boolean acksUndecodable() {
    FailureAction wanted = options.failureAction();
    return wanted == null
        ? canNack() || failureAction() == FailureAction.ACK_AND_REPORT
        : wanted == FailureAction.ACK_AND_REPORT;
  }

  void handlerFailed(ManagedDelivery<?> delivery, Throwable failure, FailureAction action) {
    signals.accept(
        new SourceSignal.HandlerFailed(
            profile.source(), time.now(), delivery.id(), failure, action));
  }

  /** Whether the source can be told to deliver an event again. */
  boolean canNack() {
    return profile.capabilities().contains(Capability.NACK);
  }
}
