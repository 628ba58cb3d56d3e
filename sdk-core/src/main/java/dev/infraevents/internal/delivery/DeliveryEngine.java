package dev.infraevents.internal.delivery;

import dev.infraevents.Bytes;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.OverflowException;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.internal.Timing;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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

  private final URI source;
  private final DeliveryOptions options;
  private final Timing time;
  private final Executor executor;
  private final Consumer<SourceSignal> signals;
  private final Consumer<SourceException> fatal;
  private final DropReporter drops;
  private final Workload<P> workload;
  private final Settler<P> settler;
  private final HandlerRunner<P> runner;
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
    this.source = profile.source();
    this.options = options;
    this.time = time;
    this.executor = executor;
    this.signals = signals;
    this.fatal = fatal;
    this.onDrained = onDrained;
    this.drops = new DropReporter(source, time, signals);
    this.workload = new Workload<>(options, profile.demandDriven(), time, drops);
    this.settler = new Settler<>(workload, profile, options, this::afterLeave, () -> onRoom.run());
    this.runner =
        new HandlerRunner<>(
            workload, settler, profile, handler, options, time, signals, fatal, this::startWorkers);
  }

  /**
   * Takes a message, unless the engine is closing. Runs the filter and decodes on the calling
   * thread.
   *
   * @param message the message
   * @return whether there is room for another
   */
  public boolean offer(InboundMessage<P> message) {
    if (!wanted(message)) {
      if (workload.count(Workload.Entry.FILTERED)) {
        message.settlement().ack();
      }
      return workload.hasRoom();
    }
    Event<P> event;
    try {
      event = message.decode();
    } catch (DecodingException e) {
      return undecodable(message.raw(), e, message.settlement());
    } catch (RuntimeException e) {
      // The cause is left out: a parser's message can quote the payload.
      var cause = new DecodingException("the payload can not be read: " + e.getClass(), null);
      return undecodable(message.raw(), cause, message.settlement());
    }
    var delivery = ManagedDelivery.of(settler, event, message.settlement(), message.attempt());
    return admit(delivery, settler.dedupes() ? event.id() : null);
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
    return admit(ManagedDelivery.undecodable(settler, cause, raw, time.now(), settlement), null);
  }

  /**
   * Counts a message that had arrived before, on the connection that this one overlaps with.
   *
   * @return whether there is room for another
   */
  public boolean repeated() {
    workload.count(Workload.Entry.DEDUPLICATED);
    return workload.hasRoom();
  }

  /**
   * Sets who is told that there is room again, after an {@link #offer} that returned false.
   *
   * @param callback must not block
   */
  public void onRoom(Runnable callback) {
    onRoom = callback;
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
    } else if (timeout.isZero()) {
      abandon();
    } else {
      time.schedule(this::abandon, timeout);
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

  private boolean wanted(InboundMessage<P> message) {
    try {
      return options.filter().test(message);
    } catch (RuntimeException e) {
      return true; // better an event too many than one lost to a broken filter
    }
  }

  private boolean admit(ManagedDelivery<P> delivery, @Nullable String dedupeId) {
    switch (workload.admit(delivery, dedupeId)) {
      case TAKEN -> startWorkers();
      case DROPPED -> overflowed();
      case ATTACHED -> {}
      case CLOSED -> {
        return false;
      }
    }
    drops.report();
    if (workload.noticeLag()) {
      SubscriptionStats now = workload.stats();
      signals.accept(new SourceSignal.Lagging(source, time.now(), now.inFlight(), now.dropped()));
    }
    return workload.hasRoom();
  }

  private void overflowed() {
    if (options.overflow() instanceof OverflowPolicy.Fail) {
      fatal.accept(
          new OverflowException(
              "the handler is too slow: "
                  + options.maxEvents()
                  + " events or "
                  + options.maxBytes()
                  + " bytes wait; allow more, raise the concurrency or filter",
              null));
    }
  }

  private void afterLeave() {
    startWorkers();
    if (workload.isDrained()) {
      end();
    }
  }

  private void startWorkers() {
    while (workload.claimWorker()) {
      try {
        executor.execute(runner::work);
      } catch (RejectedExecutionException e) {
        workload.releaseWorker();
        fatal.accept(
            new ConfigurationException(
                "the executor for handlers takes no more tasks; close the subscription before it",
                e));
        return;
      }
    }
  }
}
