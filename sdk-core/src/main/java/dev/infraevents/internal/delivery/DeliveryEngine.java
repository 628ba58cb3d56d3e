package dev.infraevents.internal.delivery;

import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Envelope;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.OverflowException;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.Books.Entry;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one way from a message to a handler, for every source. {@link Workload} bounds and orders
 * what waits and keeps the books, {@link HandlerRunner} calls the handler, {@link Settler} settles.
 *
 * @param <P> the payload class
 */
public final class DeliveryEngine<P> {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  private final EngineContext context;
  private final Executor executor;
  private final DropReporter drops;
  private final Workload<P> workload;
  private final Settler<P> settler;
  private final HandlerRunner<P> runner;
  private final Runnable worker;
  private final Runnable onDrained;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile Runnable onRoom = () -> {};

  /**
   * Makes an engine without work.
   *
   * @param profile what the source is and can do
   * @param handler receives the events
   * @param options how it is treated
   * @param time the subscription's time
   * @param executor where handlers run
   * @param signals where signals go
   * @param fatal told when the subscription has to end as failed
   * @param onDrained told once when nothing is in flight after {@link #startDrain}
   */
  public DeliveryEngine(
      EngineProfile profile,
      EventHandler<? super P> handler,
      DeliveryOptions options,
      Timing time,
      Executor executor,
      Consumer<SourceSignal> signals,
      Consumer<SourceException> fatal,
      Runnable onDrained) {
    this.context = new EngineContext(profile, options, time, signals, fatal);
    this.executor = executor;
    this.onDrained = onDrained;
    this.drops = new DropReporter(profile.source(), time, signals);
    this.workload = new Workload<>(context, drops);
    this.settler = new Settler<>(workload, context, this::afterExit);
    this.runner = new HandlerRunner<>(workload, settler, handler, context, this::startWorker);
    this.worker = runner::work;
  }

  /**
   * Takes a message, unless the engine is closing. Runs the filter and decodes on the calling
   * thread.
   *
   * @param message the message
   * @return whether there is room for another
   */
  public boolean offer(InboundMessage<P> message) {
    if (!wants(message)) {
      return filtered(message);
    }
    @Nullable Event<P> event;
    try {
      event = message.decode();
    } catch (DecodingException e) {
      return undecodable(message.raw(), e, message.settlement());
    } catch (RuntimeException | Error e) { // deep nesting is a StackOverflowError
      // The cause is left out: a parser's message can quote the payload.
      var cause =
          new DecodingException("the payload can not be read: " + e.getClass().getName(), null);
      return undecodable(message.raw(), cause, message.settlement());
    }
    if (event == null) {
      return filtered(message);
    }
    var delivery = ManagedDelivery.of(settler, event, message.settlement(), message.attempt());
    return admit(delivery, settler.dedupes() ? message.dedupeId(event) : null);
  }

  /**
   * As {@link #offer}, but only if that leaves half of the buffer free.
   *
   * @param message the message
   * @return false if it was not taken for lack of room
   */
  public boolean backfill(InboundMessage<P> message) {
    if (!workload.hasSpare(message.raw().size())) {
      return false;
    }
    offer(message);
    return true;
  }

  /**
   * Takes a message that can not be read, unless the engine is closing. It goes to the dead-letter
   * callback in its turn.
   *
   * @param raw the message
   * @param cause what is wrong with it
   * @param settlement how it is settled
   * @return whether there is room for another
   */
  public boolean undecodable(Bytes raw, DecodingException cause, Settlement settlement) {
    return admit(
        ManagedDelivery.undecodable(settler, cause, raw, context.time().now(), settlement), null);
  }

  /**
   * Counts a message that had arrived before, on the connection that this one overlaps with.
   *
   * @return whether there is room for another
   */
  public boolean repeated() {
    return done(workload.count(Entry.DEDUPLICATED));
  }

  /**
   * Sets who is told that there is room again: once for each {@link #offer} that returned false.
   *
   * @param callback must not block
   */
  public void onRoom(Runnable callback) {
    onRoom = callback;
  }

  /**
   * How the handler is treated.
   *
   * @return what the engine was made with
   */
  public DeliveryOptions options() {
    return context.options();
  }

  /**
   * The books.
   *
   * @return the numbers now
   */
  public SubscriptionStats stats() {
    return workload.stats();
  }

  /**
   * Takes no more messages and finishes those it has.
   *
   * @param timeout after which the rest is given up
   */
  public void startDrain(Duration timeout) {
    if (workload.stopAccepting()) {
      end();
    } else if (timeout.isZero() || timeout.isNegative()) {
      abandon();
    } else {
      context.time().schedule(this::abandon, timeout);
    }
  }

  /** Gives up everything that is not settled: it is never acknowledged. */
  public void abandon() {
    workload.abandon();
    end();
  }

  /**
   * Says whether the calling thread is in this engine's handler.
   *
   * @return true inside a handler call
   */
  public boolean isHandlerThread() {
    return runner.isRunningHere();
  }

  private void end() {
    drops.flush();
    if (ended.compareAndSet(false, true)) {
      onDrained.run();
    }
  }

  /**
   * Evaluates the subscription's filter.
   *
   * @param message an event
   * @return whether it is wanted; true if the filter throws
   */
  public boolean wants(Envelope message) {
    try {
      return context.options().filter().test(message);
    } catch (RuntimeException | Error e) {
      return true; // better an event too many than one lost to a broken filter
    }
  }

  private boolean filtered(InboundMessage<P> message) {
    Admission counted = workload.count(Entry.FILTERED);
    if (counted.how() != Admission.How.CLOSED) {
      settler.ackFiltered(message.settlement());
    }
    return done(counted);
  }

  private boolean admit(ManagedDelivery<P> delivery, @Nullable String dedupeId) {
    Admission admission = workload.admit(delivery, dedupeId);
    if (admission.how() == Admission.How.DROPPED
        && context.options().overflow() instanceof OverflowPolicy.Fail) {
      overflowed();
    }
    return done(admission);
  }

  private boolean done(Admission admission) {
    if (admission.worker()) {
      startWorker();
    }
    if (!admission.dropped().isEmpty()) {
      settler.dropped(admission.dropped());
      drops.report();
    }
    if (admission.lagging()) {
      SubscriptionStats now = workload.stats();
      context
          .signals()
          .accept(
              new SourceSignal.Lagging(
                  context.profile().source(), context.time().now(), now.inFlight(), now.dropped()));
    }
    return admission.room();
  }

  private void overflowed() {
    DeliveryOptions options = context.options();
    context
        .fatal()
        .accept(
            new OverflowException(
                "the handler is too slow: "
                    + options.maxEvents()
                    + " events or "
                    + options.maxBytes()
                    + " bytes wait; allow more, raise the concurrency or filter",
                null));
  }

  private void afterExit(Exit exit) {
    if (exit.worker()) {
      startWorker();
    }
    for (int i = 0; i < exit.refusals(); i++) {
      tellOfRoom();
    }
    if (exit.drained()) {
      end();
    }
  }

  private void tellOfRoom() {
    try {
      onRoom.run();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "the transport failed to go on", e);
    }
  }

  /** Starts a worker that has been reserved. */
  private void startWorker() {
    try {
      executor.execute(worker);
    } catch (RuntimeException | Error e) { // no thread to be had is an OutOfMemoryError
      workload.releaseWorker();
      context
          .fatal()
          .accept(
              new ConfigurationException(
                  "the executor for handlers takes no more tasks; close the subscription before it",
                  e));
    }
  }
}
