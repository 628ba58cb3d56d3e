package dev.infraevents.pubsub.push;

import dev.infraevents.AckOutcome;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One request that has to be answered, once, whatever comes first. Thread-safe. */
final class OpenPush implements Settlement, Comparable<OpenPush> {

  private final long number;
  private final Instant deadline;
  private final long due; // the same by the ticker: a clock can be set
  private final LongSupplier ticker;
  private final Consumer<OpenPush> onAnswer;
  private final CompletableFuture<PushResponse> response = new CompletableFuture<>();

  /** What the handler is told that settles too late; null while there is no answer. */
  private @Nullable AckOutcome afterwards; // guarded by this

  /** What its body counts for; for the intake alone. */
  long reserved;

  OpenPush(
      long number, Instant deadline, long due, LongSupplier ticker, Consumer<OpenPush> onAnswer) {
    this.number = number;
    this.deadline = deadline;
    this.due = due;
    this.ticker = ticker;
    this.onAnswer = onAnswer;
  }

  CompletionStage<PushResponse> response() {
    return response.minimalCompletionStage();
  }

  boolean isAnswered() {
    return response.isDone();
  }

  /** Answers before there was a delivery, or instead of one. */
  void answer(PushResponse answer) {
    end(answer, AckOutcome.REFUSED);
  }

  /** The time is up: Pub/Sub will not wait for more. */
  void expire() {
    end(PushResponse.NOT_NOW, AckOutcome.DEADLINE_PASSED);
  }

  /** The subscription has ended. */
  void abandon() {
    end(PushResponse.NOT_NOW, AckOutcome.STREAM_GONE);
  }

  @Override
  public CompletionStage<AckOutcome> ack() {
    return settle(PushResponse.ACKNOWLEDGED);
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    return settle(PushResponse.FAILED);
  }

  // An acknowledgement that Pub/Sub may see too late is none: it could be taken for one, and come
  // again all the same.
  private CompletionStage<AckOutcome> settle(PushResponse answer) {
    if (isLate(ticker.getAsLong())) {
      expire();
    }
    return CompletableFuture.completedStage(end(answer, AckOutcome.SENT));
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    return CompletableFuture.completedStage(AckOutcome.NOT_APPLICABLE);
  }

  @Override
  public Instant deadline() {
    return deadline;
  }

  /** When its time is up, by the ticker. */
  long due() {
    return due;
  }

  boolean isLate(long now) {
    return now - due >= 0;
  }

  /** Answers, unless that has been done; what to say of it. */
  private AckOutcome end(PushResponse answer, AckOutcome later) {
    synchronized (this) {
      if (afterwards != null) {
        return afterwards;
      }
      afterwards = later;
    }
    onAnswer.accept(this);
    response.complete(answer);
    return AckOutcome.SENT;
  }

  /** By deadline. */
  @Override
  public int compareTo(OpenPush other) {
    long later = due - other.due; // the ticker may overflow
    return later != 0 ? Long.signum(later) : Long.compare(number, other.number);
  }
}
