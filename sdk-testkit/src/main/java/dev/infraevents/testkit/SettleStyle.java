package dev.infraevents.testkit;

import dev.infraevents.AckOutcome;
import dev.infraevents.Capability;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;

/** The ways in which a handler can be done with an event. */
enum SettleStyle implements ContractProbe.Reaction {
  RETURN,
  ACK,
  NACK,
  REJECT,
  DEFER_AND_ACK,
  THROW,
  ERROR;

  private static final Duration NOW = Duration.ZERO;

  /** Settles an event in this way, and one that comes back by returning. */
  @Override
  public void to(Event<Object> event, Delivery delivery, ContractProbe probe) {
    if (probe.timesHandled(String.valueOf(event.subject())) > 1) {
      return;
    }
    switch (this) {
      case RETURN -> {}
      case ACK -> probe.outcome(delivery.ack());
      case NACK -> probe.outcome(delivery.nack(NOW));
      case REJECT -> probe.outcome(delivery.reject("the contract rejects it"));
      case DEFER_AND_ACK -> {
        delivery.defer();
        ForkJoinPool.commonPool().execute(() -> probe.outcome(delivery.ack()));
      }
      case THROW -> throw new IllegalStateException("the contract fails");
      case ERROR -> throw new LinkageError("the contract fails badly");
    }
  }

  boolean asksForOutcome() {
    return EnumSet.of(ACK, NACK, REJECT, DEFER_AND_ACK).contains(this);
  }

  boolean fails() {
    return EnumSet.of(NACK, REJECT, THROW, ERROR).contains(this);
  }

  /** What the verb may answer on a source that is in order. */
  Set<AckOutcome> outcomes(Set<Capability> capabilities) {
    Capability needed = this == NACK ? Capability.NACK : Capability.ACK;
    return capabilities.contains(needed)
        ? EnumSet.of(AckOutcome.SENT, AckOutcome.CONFIRMED)
        : EnumSet.of(AckOutcome.NOT_APPLICABLE);
  }

  /** Whether the application is told of the failure. */
  boolean signalsFailure(Set<Capability> capabilities) {
    return switch (this) {
      case THROW, ERROR -> true;
      case NACK -> !capabilities.contains(Capability.NACK);
      default -> false;
    };
  }

  /** Whether the event ends as a dead letter: where the source does not deliver it again. */
  boolean deadLetters(Set<Capability> capabilities) {
    return this == REJECT || (fails() && !capabilities.contains(Capability.ACK));
  }
}
