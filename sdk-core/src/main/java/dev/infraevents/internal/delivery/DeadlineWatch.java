package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.SourceSignal;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.Books.Entry;
import dev.infraevents.internal.delivery.ManagedDelivery.Verdict;
import java.time.Duration;
import java.time.Instant;

/**
 * Warns of deadlines that come near, and frees what nobody may ever settle. A deadline can move:
 * the handler extends it, or the source delivers the event again.
 */
final class DeadlineWatch<P> {

  private final Workload<P> workload;
  private final Settler<P> settler;
  private final EngineContext context;
  private final Timing time;

  DeadlineWatch(Workload<P> workload, Settler<P> settler, EngineContext context) {
    this.workload = workload;
    this.settler = settler;
    this.context = context;
    this.time = context.time();
  }

  boolean isTooLate(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    return deadline != null && !time.now().isBefore(deadline);
  }

  /** The first run begins: the handler has what is left of the time now. */
  void start(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    if (deadline != null && delivery.runs == 1) {
      watch(delivery, deadline);
    }
  }

  /** No worker is with the delivery any more. */
  void parked(ManagedDelivery<P> delivery) {
    if (delivery.late) {
      ended(delivery);
    }
  }

  /** It is too late to handle it: the source will deliver it again. */
  void giveUp(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    sayLate(delivery, deadline == null ? time.now() : deadline);
    settler.giveUp(delivery, Entry.DROPPED, AckOutcome.DEADLINE_PASSED);
  }

  private void watch(ManagedDelivery<P> delivery, Instant deadline) {
    Duration half = left(deadline).dividedBy(2);
    workload.arm(delivery, () -> halfway(delivery, deadline), half);
  }

  private void halfway(ManagedDelivery<P> delivery, Instant expected) {
    Instant deadline = delivery.deadline();
    if (deadline == null || delivery.verdict != Verdict.OPEN) {
      return;
    }
    if (deadline.isAfter(expected)) {
      watch(delivery, deadline);
      return;
    }
    say(delivery, deadline, false);
    workload.arm(delivery, () -> ended(delivery), left(deadline));
  }

  private void ended(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    if (deadline == null || delivery.verdict != Verdict.OPEN) {
      return;
    }
    if (time.now().isBefore(deadline)) {
      delivery.late = false;
      watch(delivery, deadline);
      return;
    }
    sayLate(delivery, deadline);
    if (delivery.parked) { // its slot is needed
      settler.giveUp(delivery, Entry.DROPPED, AckOutcome.DEADLINE_PASSED);
    }
  }

  private void sayLate(ManagedDelivery<P> delivery, Instant deadline) {
    if (!delivery.late) {
      delivery.late = true;
      say(delivery, deadline, true);
    }
  }

  private void say(ManagedDelivery<P> delivery, Instant deadline, boolean passed) {
    context
        .signals()
        .accept(
            new SourceSignal.DeadlineNear(
                context.profile().source(), time.now(), delivery.id(), deadline, passed));
  }

  private Duration left(Instant deadline) {
    return Duration.between(time.now(), deadline);
  }
}
