package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.grpc.proto.notification.PullNotificationResponse.AcknowledgementReceipt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgements of one call: those that wait to be sent, and those that wait for their
 * receipt. Thread-safe; nothing is called while its lock is held, as the reader of the call takes
 * it with the locks of gRPC in its hands.
 */
final class Acknowledgements {

  private static final int OK = 0;
  private static final int DEADLINE_EXCEEDED = 4;

  // All below guarded by this.
  private final List<String> unsent = new ArrayList<>();
  private final Map<String, CompletableFuture<AckOutcome>> unanswered = new HashMap<>();
  private final CompletableFuture<Void> allAnswered = new CompletableFuture<>();
  private boolean last;
  private boolean over;

  /**
   * Takes one.
   *
   * @return what becomes of it, and how many now wait to be sent if it is new; null if the call is
   *     over
   */
  synchronized @Nullable Added add(String token) {
    if (over) {
      return null;
    }
    CompletableFuture<AckOutcome> known = unanswered.get(token);
    if (known != null) {
      return new Added(known, 0); // delivered again with the token that it had
    }
    var outcome = new CompletableFuture<AckOutcome>();
    unanswered.put(token, outcome);
    unsent.add(token);
    return new Added(outcome, unsent.size());
  }

  record Added(CompletionStage<AckOutcome> outcome, int unsent) {}

  /** What is to be sent now; empty if there is nothing. */
  synchronized List<String> takeUnsent() {
    if (unsent.isEmpty()) {
      return List.of();
    }
    List<String> batch = List.copyOf(unsent);
    unsent.clear();
    return batch;
  }

  /** Whether something waits for a receipt, sent or not. */
  synchronized boolean hasUnanswered() {
    return !unanswered.isEmpty();
  }

  /** Receipts can not be had for now: whoever waits for one learns that its token was sent. */
  void saySent() {
    List<CompletableFuture<AckOutcome>> sent = new ArrayList<>();
    synchronized (this) {
      unanswered.forEach(
          (token, outcome) -> {
            if (!unsent.contains(token)) {
              sent.add(outcome);
            }
          });
    }
    sent.forEach(outcome -> outcome.complete(AckOutcome.SENT));
  }

  /** A receipt came. Those for tokens that nobody waits for tell nothing. */
  void answered(AcknowledgementReceipt receipt) {
    CompletableFuture<AckOutcome> outcome;
    boolean done;
    synchronized (this) {
      outcome = unanswered.remove(receipt.getToken());
      done = last && unanswered.isEmpty();
    }
    if (outcome != null) {
      outcome.complete(outcome(receipt.getStatus().getCode()));
    }
    if (done) {
      allAnswered.complete(null);
    }
  }

  private static AckOutcome outcome(int code) {
    return switch (code) {
      case OK -> AckOutcome.CONFIRMED;
      case DEADLINE_EXCEEDED -> AckOutcome.DEADLINE_PASSED;
      default -> AckOutcome.REFUSED;
    };
  }

  /**
   * There will be no more.
   *
   * @return completes when all are answered
   */
  CompletionStage<Void> awaitReceipts() {
    boolean done;
    synchronized (this) {
      last = true;
      done = over || unanswered.isEmpty();
    }
    if (done) {
      allAnswered.complete(null);
    }
    return allAnswered;
  }

  /** The call is over: what is unanswered now stays so, and its tokens are worth nothing. */
  void end() {
    List<CompletableFuture<AckOutcome>> lost;
    synchronized (this) {
      over = true;
      lost = List.copyOf(unanswered.values());
      unanswered.clear();
      unsent.clear();
    }
    lost.forEach(outcome -> outcome.complete(AckOutcome.STREAM_GONE));
    allAnswered.complete(null);
  }
}
