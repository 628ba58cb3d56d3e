package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.DeadLetter;
import dev.infraevents.DedupeStore;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.HandlerException;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.delivery.ManagedDelivery.Verdict;
import dev.infraevents.internal.delivery.Workload.Entry;
import dev.infraevents.internal.delivery.Workload.Exit;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Settles each delivery exactly once: decides under the lock, then tells the dead-letter callback,
 * the dedupe store and the source, then lets the delivery leave.
 */
final class Settler<P> {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");
  private static final Duration DEFAULT_DEDUPE_WINDOW = Duration.ofMinutes(10);
  private static final int DEFAULT_DEDUPE_ENTRIES = 100_000;

  private final Workload<P> workload;
  private final DeliveryOptions options;
  private final boolean redelivers;
  private final @Nullable DedupeStore handled;
  private final Runnable afterLeave;
  private final Runnable roomAgain;

  Settler(
      Workload<P> workload,
      EngineProfile profile,
      DeliveryOptions options,
      Runnable afterLeave,
      Runnable roomAgain) {
    this.workload = workload;
    this.options = options;
    this.redelivers = profile.redelivers();
    this.afterLeave = afterLeave;
    this.roomAgain = roomAgain;
    DedupeStore given = options.dedupe();
    this.handled =
        (given == null && redelivers)
            ? DedupeStore.inMemory(DEFAULT_DEDUPE_WINDOW, DEFAULT_DEDUPE_ENTRIES)
            : given;
  }

  boolean dedupes() {
    return handled != null;
  }

  // What the handler can do with its Delivery.

  CompletionStage<AckOutcome> ack(ManagedDelivery<P> delivery) {
    return workload.decide(delivery, Verdict.ACKED)
        ? conclude(delivery, Entry.DELIVERED, null)
        : decided(delivery, Verdict.ACKED);
  }

  CompletionStage<AckOutcome> nack(ManagedDelivery<P> delivery, Duration delay) {
    if (!workload.decide(delivery, Verdict.NACKED)) {
      return decided(delivery, Verdict.NACKED);
    }
    if (!redelivers) {
      deadLetter(delivery, new HandlerException("the handler did not accept the event", null));
    }
    return concludeFailed(delivery, delay);
  }

  CompletionStage<AckOutcome> reject(ManagedDelivery<P> delivery, String reason) {
    if (!workload.decide(delivery, Verdict.REJECTED)) {
      return decided(delivery, Verdict.REJECTED);
    }
    return reportThenAck(
        delivery, new HandlerException("the handler rejected the event: " + reason, null));
  }

  CompletionStage<AckOutcome> extend(ManagedDelivery<P> delivery, Duration by) {
    return workload.verdictOf(delivery) == Verdict.OPEN
        ? guarded(workload.settlementOf(delivery), settlement -> settlement.extend(by))
        : decided(delivery, Verdict.OPEN);
  }

  void defer(ManagedDelivery<P> delivery) {
    workload.defer(delivery);
  }

  int attempt(ManagedDelivery<P> delivery) {
    return delivery.attemptOf(workload.runsOf(delivery));
  }

  Settlement settlementOf(ManagedDelivery<P> delivery) {
    return workload.settlementOf(delivery);
  }

  // What the engine does with it.

  /** A redelivery of work that is done: acknowledged, the handler does not run again. */
  void ackDuplicate(ManagedDelivery<P> delivery) {
    if (workload.decide(delivery, Verdict.ACKED)) {
      conclude(delivery, Entry.DEDUPLICATED, null);
    }
  }

  void nackFailed(ManagedDelivery<P> delivery) {
    if (workload.decide(delivery, Verdict.NACKED)) {
      concludeFailed(delivery, Duration.ZERO);
    }
  }

  void ackAndReportFailed(ManagedDelivery<P> delivery, Throwable cause) {
    if (workload.decide(delivery, Verdict.REJECTED)) {
      reportThenAck(delivery, cause);
    }
  }

  /**
   * The dead-letter callback gets every undecodable message; whether it comes back is up to {@code
   * ack}.
   */
  void settleUndecodable(ManagedDelivery<P> delivery, Throwable cause, boolean ack) {
    if (workload.decide(delivery, Verdict.REJECTED)) {
      boolean reported = deadLetter(delivery, cause);
      conclude(delivery, Entry.UNDECODABLE, ack && reported ? null : Duration.ZERO);
    }
  }

  /** Leaves a delivery unsettled for good. */
  void giveUp(ManagedDelivery<P> delivery, Entry entry, AckOutcome answer) {
    if (workload.decide(delivery, Verdict.GIVEN_UP)) {
      delivery.outcome.complete(answer);
      leave(delivery, entry);
    }
  }

  boolean isHandled(ManagedDelivery<P> delivery) {
    if (handled == null || delivery.event() == null) {
      return false;
    }
    try {
      return handled.contains(delivery.id());
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "the dedupe store failed; the event is handled", e);
      return false;
    }
  }

  void left(Exit exit) {
    if (exit == Exit.LEFT_ROOM_AGAIN) {
      roomAgain.run();
    }
    if (exit != Exit.STAYED) {
      afterLeave.run();
    }
  }

  private CompletionStage<AckOutcome> reportThenAck(ManagedDelivery<P> delivery, Throwable cause) {
    // An event that nobody took note of must not be acknowledged.
    return concludeFailed(delivery, deadLetter(delivery, cause) ? null : Duration.ZERO);
  }

  private CompletionStage<AckOutcome> concludeFailed(
      ManagedDelivery<P> delivery, @Nullable Duration nackDelay) {
    workload.markFailed(delivery);
    return conclude(delivery, Entry.DELIVERED, nackDelay);
  }

  /** Tells everybody of a decision. Without a delay for a nack it is an ack. */
  private CompletionStage<AckOutcome> conclude(
      ManagedDelivery<P> delivery, Entry entry, @Nullable Duration nackDelay) {
    Function<Settlement, CompletionStage<AckOutcome>> verb =
        nackDelay == null ? Settlement::ack : settlement -> settlement.nack(nackDelay);
    if (nackDelay == null) {
      remember(delivery);
    }
    delivery.superseded().forEach(settlement -> guarded(settlement, verb));
    guarded(workload.settlementOf(delivery), verb).thenAccept(delivery.outcome::complete);
    leave(delivery, entry);
    return delivery.outcome.minimalCompletionStage();
  }

  private void leave(ManagedDelivery<P> delivery, Entry entry) {
    Timing.Timer timer = delivery.deadlineTimer;
    if (timer != null) {
      timer.cancel();
    }
    left(workload.finish(delivery, entry));
  }

  private CompletionStage<AckOutcome> decided(ManagedDelivery<P> delivery, Verdict wanted) {
    Verdict verdict = workload.verdictOf(delivery);
    if (verdict == Verdict.GIVEN_UP) {
      boolean none = workload.settlementOf(delivery) == Settlement.none();
      delivery.outcome.complete(none ? AckOutcome.NOT_APPLICABLE : AckOutcome.STREAM_GONE);
    }
    return (verdict == wanted || verdict == Verdict.GIVEN_UP)
        ? delivery.outcome.minimalCompletionStage()
        : CompletableFuture.completedStage(AckOutcome.REFUSED);
  }

  private CompletionStage<AckOutcome> guarded(
      Settlement settlement, Function<Settlement, CompletionStage<AckOutcome>> verb) {
    try {
      return verb.apply(settlement).exceptionally(e -> AckOutcome.STREAM_GONE);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "the transport failed to settle", e);
      return CompletableFuture.completedStage(AckOutcome.STREAM_GONE);
    }
  }

  private void remember(ManagedDelivery<P> delivery) {
    if (handled == null || delivery.event() == null) {
      return;
    }
    try {
      handled.add(delivery.id());
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "the dedupe store failed", e);
    }
  }

  private boolean deadLetter(ManagedDelivery<P> delivery, Throwable cause) {
    try {
      int attempts = delivery.event() == null ? 0 : attempt(delivery);
      options
          .deadLetters()
          .accept(new DeadLetter(delivery.event(), delivery.raw(), cause, attempts));
      return true;
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.ERROR, "the dead-letter callback failed; not acknowledged", e);
      return false;
    }
  }
}
