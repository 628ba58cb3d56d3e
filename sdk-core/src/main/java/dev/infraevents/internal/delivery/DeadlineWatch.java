package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.SourceSignal;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.AckWindow.Warning;
import dev.infraevents.internal.delivery.Books.Entry;
import dev.infraevents.internal.delivery.ManagedDelivery.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Warns of deadlines that come near, and frees what nobody may ever settle. A deadline can move:
 * the handler extends it, or the source delivers the event again.
 *
 * <p>One timer looks after all that is in progress. It is armed for the earliest moment at which
 * there may be something to say, so a delivery that is settled in time costs no timer of its own:
 * what starts later is due later, as a rule.
 */
final class DeadlineWatch<P> {

  private final Workload<P> workload;
  private final Settler<P> settler;
  private final EngineContext context;
  private final Timing time;
  private volatile @Nullable Instant due; // written under this; null while no timer is armed
  private Timing.@Nullable Timer timer; // guarded by this

  DeadlineWatch(Workload<P> workload, Settler<P> settler, EngineContext context) {
    this.workload = workload;
    this.settler = settler;
    this.context = context;
    this.time = context.time();
  }

  /**
   * A run begins: its first one has what is left of the time now.
   *
   * @return whether there is time left
   */
  boolean start(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    if (deadline == null) {
      return true;
    }
    Instant now = time.now();
    if (!now.isBefore(deadline)) {
      return false;
    }
    if (delivery.window == null) {
      var window = new AckWindow(now, deadline);
      delivery.window = window;
      lookBy(window.next());
    }
    return true;
  }

  /** It is too late to handle it: the source will deliver it again. */
  void giveUp(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    AckWindow window = delivery.window;
    if (window == null || window.end()) {
      say(delivery, deadline == null ? time.now() : deadline, true);
    }
    settler.giveUp(delivery, Entry.DROPPED, AckOutcome.DEADLINE_PASSED);
  }

  /** No worker is with the delivery any more. */
  void parked(ManagedDelivery<P> delivery) {
    AckWindow window = delivery.window;
    if (window != null && window.isLate()) {
      lookBy(look(delivery, window));
    }
  }

  // The usual way ends with the first line.
  private void lookBy(@Nullable Instant moment) {
    if (moment == null || isPlanned(moment)) {
      return;
    }
    synchronized (this) {
      if (isPlanned(moment)) {
        return;
      }
      if (timer != null) {
        timer.cancel();
      }
      due = moment;
      timer = time.schedule(() -> lookAtAll(moment), Duration.between(time.now(), moment));
    }
  }

  private boolean isPlanned(Instant moment) {
    Instant planned = due;
    return planned != null && !moment.isBefore(planned);
  }

  private void lookAtAll(Instant moment) {
    synchronized (this) {
      if (moment.equals(due)) {
        due = null; // before the look: who starts from now on plans the next one
      }
    }
    for (ManagedDelivery<P> delivery : workload.inProgress()) {
      AckWindow window = delivery.window;
      if (window != null) {
        lookBy(look(delivery, window));
      }
    }
  }

  /** Says what there is to say; when to look again, or null if there will be no more. */
  private @Nullable Instant look(ManagedDelivery<P> delivery, AckWindow window) {
    Instant deadline = delivery.deadline();
    if (deadline == null || delivery.verdict != Verdict.OPEN) {
      return null;
    }
    Warning warning = window.look(time.now(), deadline);
    if (warning != Warning.NONE) {
      say(delivery, deadline, warning == Warning.PASSED);
    }
    if (window.isLate() && delivery.parked) { // its slot is needed
      settler.giveUp(delivery, Entry.DROPPED, AckOutcome.DEADLINE_PASSED);
    }
    return window.next();
  }

  private void say(ManagedDelivery<P> delivery, Instant deadline, boolean passed) {
    context
        .signals()
        .accept(
            new SourceSignal.DeadlineNear(
                context.profile().source(), time.now(), delivery.id(), deadline, passed));
  }
}
