package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.DeadLetter;
import dev.infraevents.DedupeStore;
import dev.infraevents.FailureAction;
import dev.infraevents.HandlerException;
import dev.infraevents.internal.delivery.Books.Entry;
import dev.infraevents.internal.delivery.ManagedDelivery.Verdict;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
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
  private final EngineContext context;
  private final @Nullable DedupeStore handled;
  private final Consumer<Exit> afterExit;

  Settler(Workload<P> workload, EngineContext context, Consumer<Exit> afterExit) {
    this.workload = workload;
    this.context = context;
    this.afterExit = afterExit;
    DedupeStore given = context.options().dedupe();
    this.handled =
        (given == null && context.profile().redelivers())
            ? new InMemoryDedupeStore(
                DEFAULT_DEDUPE_WINDOW, DEFAULT_DEDUPE_ENTRIES, context.time()::nanoTime)
            : given;
  }

  boolean dedupes() {
    return handled != null;
  }

  // What the handler can do with its Delivery.

  CompletionStage<AckOutcome> ack(ManagedDelivery<P> delivery) {
    if (!workload.decide(delivery, Verdict.ACKED)) {
      return decided(delivery, Verdict.ACKED);
    }
    conclude(delivery, Entry.DELIVERED, null);
    return delivery.outcome.minimalCompletionStage();
  }

  CompletionStage<AckOutcome> nack(ManagedDelivery<P> delivery, Duration delay) {
    Objects.requireNonNull(delay, "delay");
    if (!workload.decide(delivery, Verdict.NACKED)) {
      return decided(delivery, Verdict.NACKED);
    }
    if (!context.canNack()) {
      reportNack(delivery);
    }
    conclude(delivery, Entry.DELIVERED, delay);
    return delivery.outcome.minimalCompletionStage();
  }

  CompletionStage<AckOutcome> reject(ManagedDelivery<P> delivery, String reason) {
    if (!workload.decide(delivery, Verdict.REJECTED)) {
      return decided(delivery, Verdict.REJECTED);
    }
    reportThenAck(
        delivery, new HandlerException("the handler rejected the event: " + reason, null));
    return delivery.outcome.minimalCompletionStage();
  }

  CompletionStage<AckOutcome> extend(ManagedDelivery<P> delivery, Duration by) {
    Objects.requireNonNull(by, "by");
    return delivery.verdict == Verdict.OPEN
        ? guarded(delivery.settlement, settlement -> settlement.extend(by))
            .exceptionally(e -> AckOutcome.STREAM_GONE)
        : decided(delivery, Verdict.OPEN);
  }

  void defer(ManagedDelivery<P> delivery) {
    workload.defer(delivery);
  }

  // What the engine does with it.

  /** Its handler has returned: acknowledged, unless it was settled or deferred. */
  void handlerReturned(ManagedDelivery<P> delivery) {
    if (workload.decideByReturn(delivery)) {
      conclude(delivery, Entry.DELIVERED, null);
    } else {
      returned(delivery, false);
    }
  }

  /** Its handler has returned or thrown: it leaves if it was settled meanwhile. */
  void returned(ManagedDelivery<P> delivery, boolean threw) {
    afterExit.accept(workload.returned(delivery, threw));
  }

  /** A message that a filter kept back. */
  void ackFiltered(Settlement settlement) {
    guarded(settlement, Settlement::ack);
  }

  /** Messages for which there was no room. */
  void dropped(List<Settlement> settlements) {
    for (Settlement settlement : settlements) {
      try {
        settlement.dropped();
      } catch (RuntimeException | Error e) {
        LOG.log(System.Logger.Level.WARNING, "the transport failed to take note of a drop", e);
      }
    }
  }

  /** A redelivery of work that is done: acknowledged, the handler does not run again. */
  void ackDuplicate(ManagedDelivery<P> delivery) {
    if (workload.decide(delivery, Verdict.ACKED)) {
      conclude(delivery, Entry.DEDUPLICATED, null);
    }
  }

  void nackFailed(ManagedDelivery<P> delivery) {
    if (workload.decide(delivery, Verdict.NACKED)) {
      conclude(delivery, Entry.DELIVERED, Duration.ZERO);
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
    String id = delivery.dedupeId;
    if (handled == null || id == null) {
      return false;
    }
    try {
      return handled.contains(id);
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.WARNING, "the dedupe store failed; the event is handled", e);
      return false;
    }
  }

  // The source will not hear of it, so the application has to.
  private void reportNack(ManagedDelivery<P> delivery) {
    var cause = new HandlerException("the handler did not accept the event", null);
    boolean redelivers = context.profile().redelivers();
    FailureAction action = redelivers ? FailureAction.NACK : context.failureAction();
    context.handlerFailed(delivery, cause, action);
    if (action == FailureAction.ACK_AND_REPORT) {
      deadLetter(delivery, cause);
    }
  }

  private void reportThenAck(ManagedDelivery<P> delivery, Throwable cause) {
    // An event that nobody took note of must not be acknowledged.
    Duration nackDelay = deadLetter(delivery, cause) ? null : Duration.ZERO;
    conclude(delivery, Entry.DELIVERED, nackDelay);
  }

  /** Tells everybody of a decision. Without a delay for a nack it is an ack. */
  private void conclude(ManagedDelivery<P> delivery, Entry entry, @Nullable Duration nackDelay) {
    Function<Settlement, CompletionStage<AckOutcome>> verb =
        nackDelay == null ? Settlement::ack : settlement -> settlement.nack(nackDelay);
    if (nackDelay == null) {
      remember(delivery);
    }
    delivery.superseded().forEach(settlement -> guarded(settlement, verb));
    CompletionStage<AckOutcome> answer = guarded(delivery.settlement, verb);
    if (answer == NoSettlement.ANSWER) {
      delivery.outcome.complete(AckOutcome.NOT_APPLICABLE);
    } else {
      answer.whenComplete(
          (known, failure) ->
              delivery.outcome.complete(failure == null ? known : AckOutcome.STREAM_GONE));
    }
    leave(delivery, entry);
    delivery.latecomers().forEach(settlement -> guarded(settlement, verb));
  }

  private void leave(ManagedDelivery<P> delivery, Entry entry) {
    afterExit.accept(workload.finish(delivery, entry));
  }

  private CompletionStage<AckOutcome> decided(ManagedDelivery<P> delivery, Verdict wanted) {
    Verdict verdict = delivery.verdict;
    if (verdict == Verdict.GIVEN_UP) {
      delivery.outcome.complete(
          context.profile().redelivers() ? AckOutcome.STREAM_GONE : AckOutcome.NOT_APPLICABLE);
    }
    return (verdict == wanted || verdict == Verdict.GIVEN_UP)
        ? delivery.outcome.minimalCompletionStage()
        : CompletableFuture.completedStage(AckOutcome.REFUSED);
  }

  private CompletionStage<AckOutcome> guarded(
      Settlement settlement, Function<Settlement, CompletionStage<AckOutcome>> verb) {
    try {
      return verb.apply(settlement);
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.WARNING, "the transport failed to settle", e);
      return CompletableFuture.completedStage(AckOutcome.STREAM_GONE);
    }
  }

  private void remember(ManagedDelivery<P> delivery) {
    String id = delivery.dedupeId;
    if (handled == null || id == null) {
      return;
    }
    try {
      handled.add(id);
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.WARNING, "the dedupe store failed", e);
    }
  }

  private boolean deadLetter(ManagedDelivery<P> delivery, Throwable cause) {
    try {
      int attempts = delivery.event() == null ? 0 : delivery.attempt();
      context
          .options()
          .deadLetters()
          .accept(new DeadLetter(delivery.event(), delivery.raw(), cause, attempts));
      return true;
    } catch (Throwable e) {
      LOG.log(System.Logger.Level.ERROR, "the dead-letter callback failed; not acknowledged", e);
      return false;
    }
  }
}
