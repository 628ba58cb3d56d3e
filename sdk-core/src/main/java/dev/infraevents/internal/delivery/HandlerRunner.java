package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.Capability;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.FailureAction;
import dev.infraevents.HandlerException;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.ManagedDelivery.Verdict;
import dev.infraevents.internal.delivery.Workload.Entry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls the handler, one delivery after the other on each worker, and deals with what it throws.
 */
final class HandlerRunner<P> {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");
  private static final ThreadLocal<HandlerRunner<?>> RUNNING_HERE = new ThreadLocal<>();

  /** A worker gives its thread back after this many, so that others of a shared executor get on. */
  private static final int BATCH = 256;

  private final Workload<P> workload;
  private final Settler<P> settler;
  private final EventHandler<? super P> handler;
  private final DeliveryOptions options;
  private final FailureAction failureAction;
  private final URI source;
  private final Timing time;
  private final Consumer<SourceSignal> signals;
  private final Consumer<SourceException> fatal;
  private final Runnable startWorkers;
  private volatile boolean troubled; // only for the log: one line per trouble

  HandlerRunner(
      Workload<P> workload,
      Settler<P> settler,
      EngineProfile profile,
      EventHandler<? super P> handler,
      DeliveryOptions options,
      Timing time,
      Consumer<SourceSignal> signals,
      Consumer<SourceException> fatal,
      Runnable startWorkers) {
    this.workload = workload;
    this.settler = settler;
    this.handler = handler;
    this.options = options;
    this.source = profile.source();
    this.time = time;
    this.signals = signals;
    this.fatal = fatal;
    this.startWorkers = startWorkers;
    FailureAction wanted = options.failureAction();
    this.failureAction =
        wanted != null
            ? wanted
            : profile.capabilities().contains(Capability.ACK)
                ? FailureAction.NACK
                : FailureAction.ACK_AND_REPORT;
  }

  boolean isRunningHere() {
    return RUNNING_HERE.get() == this;
  }

  /** The body of one worker. */
  void work() {
    HandlerRunner<?> outer = RUNNING_HERE.get();
    RUNNING_HERE.set(this);
    try {
      for (int i = 0; i < BATCH; i++) {
        ManagedDelivery<P> next = workload.take();
        if (next == null) {
          return;
        }
        run(next);
      }
    } finally {
      if (outer == null) {
        RUNNING_HERE.remove();
      } else {
        RUNNING_HERE.set(outer);
      }
    }
    workload.releaseWorker();
    startWorkers.run();
  }

  private void run(ManagedDelivery<P> delivery) {
    Event<P> event = delivery.event();
    if (event == null) {
      undecodable(delivery, delivery.undecodable());
    } else if (isTooLate(delivery)) {
      signals.accept(deadline(delivery, delivery.deadline(), true));
      settler.giveUp(delivery, Entry.DROPPED, AckOutcome.DEADLINE_PASSED);
    } else if (settler.isHandled(delivery)) {
      settler.ackDuplicate(delivery);
    } else {
      handle(event, delivery);
      return;
    }
    settler.left(workload.returned(delivery, false));
  }

  @SuppressWarnings("unchecked") // a handler of a superclass takes the event as one of that class
  private void handle(Event<P> event, ManagedDelivery<P> delivery) {
    watchDeadline(delivery);
    Throwable failure = null;
    try {
      ((EventHandler<P>) handler).handle(event, delivery);
      troubled = false;
    } catch (Throwable e) {
      failure = e; // an Error too: it must neither kill the worker nor leave the delivery unsettled
    }
    Thread.interrupted(); // whatever the handler left must not reach the next one
    if (failure == null && !workload.isDeferred(delivery)) {
      settler.ack(delivery);
    }
    settler.left(workload.returned(delivery, failure != null));
    if (failure != null) {
      failed(delivery, failure);
    }
  }

  private void failed(ManagedDelivery<P> delivery, Throwable failure) {
    boolean open = workload.verdictOf(delivery) == Verdict.OPEN;
    if (open && delivery.runs < options.maxAttempts()) {
      workload.countRetry();
      Duration wait =
          options.retryBackoff().delay(delivery.runs, ThreadLocalRandom.current()::nextDouble);
      time.schedule(() -> again(delivery), wait);
      return;
    }
    log(failure);
    signals.accept(
        new SourceSignal.HandlerFailed(source, time.now(), delivery.id(), failure, failureAction));
    switch (failureAction) {
      case NACK -> settler.nackFailed(delivery);
      case ACK_AND_REPORT -> settler.ackAndReportFailed(delivery, failure);
      case STOP -> stop(delivery, failure);
    }
  }

  private void again(ManagedDelivery<P> delivery) {
    workload.resume(delivery);
    startWorkers.run();
  }

  private void stop(ManagedDelivery<P> delivery, Throwable failure) {
    workload.markFailed(delivery);
    settler.giveUp(delivery, Entry.DELIVERED, AckOutcome.STREAM_GONE);
    fatal.accept(
        new HandlerException(
            "a handler failed, and the subscription is set to stop then", failure));
  }

  private void undecodable(ManagedDelivery<P> delivery, @Nullable DecodingException cause) {
    if (cause == null) {
      throw new IllegalStateException("a delivery has an event or a reason for having none");
    }
    signals.accept(new SourceSignal.Undecodable(source, time.now(), cause));
    settler.settleUndecodable(delivery, cause, failureAction == FailureAction.ACK_AND_REPORT);
  }

  private void log(Throwable failure) {
    System.Logger.Level level = troubled ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
    troubled = true;
    LOG.log(level, "a handler failed; until one succeeds, more are logged at DEBUG", failure);
  }

  private boolean isTooLate(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    return deadline != null && !time.now().isBefore(deadline);
  }

  private void watchDeadline(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    if (deadline != null) {
      Duration half = Duration.between(time.now(), deadline).dividedBy(2);
      workload.arm(delivery, () -> halfway(delivery), half);
    }
  }

  private void halfway(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    if (deadline != null && workload.verdictOf(delivery) == Verdict.OPEN) {
      signals.accept(deadline(delivery, deadline, false));
      workload.arm(
          delivery, () -> deadlinePassed(delivery), Duration.between(time.now(), deadline));
    }
  }

  private void deadlinePassed(ManagedDelivery<P> delivery) {
    Instant deadline = delivery.deadline();
    if (deadline == null || workload.verdictOf(delivery) != Verdict.OPEN) {
      return;
    }
    if (time.now().isBefore(deadline)) { // it was extended
      workload.arm(
          delivery, () -> deadlinePassed(delivery), Duration.between(time.now(), deadline));
      return;
    }
    signals.accept(deadline(delivery, deadline, true));
    if (workload.isDeferred(delivery)) {
      // Nobody may ever settle it, and its slot is needed.
      settler.giveUp(delivery, Entry.DROPPED, AckOutcome.DEADLINE_PASSED);
    }
  }

  private SourceSignal deadline(
      ManagedDelivery<P> delivery, @Nullable Instant deadline, boolean passed) {
    Instant when = deadline == null ? time.now() : deadline;
    return new SourceSignal.DeadlineNear(source, time.now(), delivery.id(), when, passed);
  }
}
