package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.FailureAction;
import dev.infraevents.HandlerException;
import dev.infraevents.SourceSignal;
import dev.infraevents.internal.delivery.Books.Entry;
import dev.infraevents.internal.delivery.ManagedDelivery.Verdict;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
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
  private final EngineContext context;
  private final DeliveryOptions options;
  private final FailureAction failureAction;
  private final DeadlineWatch<P> deadlines;
  private final Runnable startWorker;
  private volatile boolean troubled; // only for the log: one line per trouble

  HandlerRunner(
      Workload<P> workload,
      Settler<P> settler,
      EventHandler<? super P> handler,
      EngineContext context,
      Runnable startWorker) {
    this.workload = workload;
    this.settler = settler;
    this.handler = handler;
    this.context = context;
    this.options = context.options();
    this.failureAction = context.failureAction();
    this.deadlines = new DeadlineWatch<>(workload, settler, context);
    this.startWorker = startWorker;
  }

  boolean isRunningHere() {
    return RUNNING_HERE.get() == this;
  }

  /** The body of one worker. */
  void work() {
    HandlerRunner<?> outer = RUNNING_HERE.get();
    RUNNING_HERE.set(this);
    try {
      workBatch();
    } catch (Throwable e) { // not the handler's, which are dealt with
      workload.releaseWorker();
      context.fatal().accept(new HandlerException("delivery broke; please report this", e));
    } finally {
      if (outer == null) {
        RUNNING_HERE.remove();
      } else {
        RUNNING_HERE.set(outer);
      }
    }
  }

  private void workBatch() {
    for (int i = 0; i < BATCH; i++) {
      ManagedDelivery<P> next = next();
      if (next == null) {
        return;
      }
      run(next);
      Thread.interrupted(); // nor what another callback left
    }
    if (workload.yieldWorker()) {
      startWorker.run();
    }
  }

  // Where the reader has more at hand, one yield lets it bring that; else every single event would
  // cost the reader the waking of a worker, which is far more than the event itself. A yield waits
  // for nobody, so it may run on the reader too, where the executor is a direct one.
  @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it but speed
  private @Nullable ManagedDelivery<P> next() {
    ManagedDelivery<P> next = workload.poll();
    if (next != null) {
      return next;
    }
    Thread.yield();
    return workload.take();
  }

  private void run(ManagedDelivery<P> delivery) {
    Event<P> event = delivery.event();
    if (event == null) {
      undecodable(delivery, delivery.undecodable());
    } else if (!deadlines.start(delivery)) {
      deadlines.giveUp(delivery);
    } else if (settler.isHandled(delivery)) {
      settler.ackDuplicate(delivery);
    } else {
      handle(event, delivery);
      return;
    }
    settler.returned(delivery, false);
  }

  @SuppressWarnings("unchecked") // a handler of a superclass takes the event as one of that class
  private void handle(Event<P> event, ManagedDelivery<P> delivery) {
    Throwable failure = null;
    try {
      ((EventHandler<P>) handler).handle(event, delivery);
    } catch (Throwable e) {
      failure = e; // an Error too: it must neither kill the worker nor leave the delivery unsettled
    }
    Thread.interrupted(); // whatever the handler left must not reach the next one
    if (failure == null) {
      troubled = false;
      settler.handlerReturned(delivery);
    } else {
      settler.returned(delivery, true);
      failed(delivery, failure);
    }
    deadlines.parked(delivery);
  }

  private void failed(ManagedDelivery<P> delivery, Throwable failure) {
    Verdict verdict = delivery.verdict;
    if (verdict == Verdict.GIVEN_UP) {
      return; // closed meanwhile, most likely by interrupting it
    }
    if (verdict == Verdict.OPEN && delivery.runs < options.maxAttempts()) {
      workload.awaitRetry(delivery);
      Duration wait =
          options.retryBackoff().delay(delivery.runs, ThreadLocalRandom.current()::nextDouble);
      context.time().schedule(() -> again(delivery), wait);
      return;
    }
    log(failure);
    context.handlerFailed(delivery, failure, failureAction);
    switch (failureAction) {
      case NACK -> settler.nackFailed(delivery);
      case ACK_AND_REPORT -> settler.ackAndReportFailed(delivery, failure);
      case STOP -> stop(delivery, failure);
    }
  }

  private void again(ManagedDelivery<P> delivery) {
    if (workload.resume(delivery)) {
      startWorker.run();
    }
  }

  private void stop(ManagedDelivery<P> delivery, Throwable failure) {
    workload.halt(); // before the next event of this subject can start
    settler.giveUp(delivery, Entry.DELIVERED, AckOutcome.STREAM_GONE);
    context
        .fatal()
        .accept(
            new HandlerException(
                "a handler failed, and the subscription is set to stop then", failure));
  }

  private void undecodable(ManagedDelivery<P> delivery, @Nullable DecodingException cause) {
    if (cause == null) {
      throw new IllegalStateException("a delivery has an event or a reason for having none");
    }
    context
        .signals()
        .accept(
            new SourceSignal.Undecodable(context.profile().source(), context.time().now(), cause));
    settler.settleUndecodable(delivery, cause, context.acksUndecodable());
  }

  private void log(Throwable failure) {
    System.Logger.Level level = troubled ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
    troubled = true;
    LOG.log(level, "a handler failed; until one succeeds, more are logged at DEBUG", failure);
  }
}
