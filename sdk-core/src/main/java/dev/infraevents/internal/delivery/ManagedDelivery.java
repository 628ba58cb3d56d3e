package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.internal.delivery.Books.Entry;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One message on its way through the engine. */
final class ManagedDelivery<P> implements Delivery {

  /** How a delivery was settled. */
  enum Verdict {
    OPEN,
    ACKED,
    NACKED,
    REJECTED,
    /** Not settled with the source, and never will be: dropped, closed, or too late. */
    GIVEN_UP
  }

  static final int NO_SLOT = -1;

  private final Settler<P> settler;
  private final @Nullable Event<P> event;
  private final @Nullable DecodingException undecodable;
  private final Bytes raw;
  private final Instant receivedAt;
  private final int size;
  private final int firstAttempt;
  final CompletableFuture<AckOutcome> outcome = new CompletableFuture<>();

  // All below is written under the workload's lock; what is volatile is read without it too.
  volatile Settlement settlement;
  volatile Verdict verdict = Verdict.OPEN;
  volatile int runs;

  /** No worker is with it: it was deferred, or waits for its next run. */
  volatile boolean parked;

  /** The time in which it is to be settled, from its first run on; null without a deadline. */
  volatile @Nullable AckWindow window;

  boolean deferred;
  boolean running;
  boolean threw;
  boolean released;
  int slot = NO_SLOT;
  @Nullable String dedupeId;
  @Nullable Entry entry; // set once settled: where it goes in the books
  private List<Settlement> superseded = List.of();
  private List<Settlement> latecomers = List.of();

  private ManagedDelivery(
      Settler<P> settler,
      @Nullable Event<P> event,
      @Nullable DecodingException undecodable,
      Bytes raw,
      Instant receivedAt,
      Settlement settlement,
      int firstAttempt) {
    this.settler = settler;
    this.event = event;
    this.undecodable = undecodable;
    this.raw = raw;
    this.receivedAt = receivedAt;
    this.size = raw.size();
    this.settlement = settlement;
    this.firstAttempt = firstAttempt;
  }

  static <P> ManagedDelivery<P> of(
      Settler<P> settler, Event<P> event, Settlement settlement, int firstAttempt) {
    return new ManagedDelivery<>(
        settler, event, null, event.raw(), event.receivedAt(), settlement, firstAttempt);
  }

  static <P> ManagedDelivery<P> undecodable(
      Settler<P> settler,
      DecodingException cause,
      Bytes raw,
      Instant receivedAt,
      Settlement settlement) {
    return new ManagedDelivery<>(settler, null, cause, raw, receivedAt, settlement, 1);
  }

  @Nullable Event<P> event() {
    return event;
  }

  @Nullable DecodingException undecodable() {
    return undecodable;
  }

  Bytes raw() {
    return raw;
  }

  Instant receivedAt() {
    return receivedAt;
  }

  int size() {
    return size;
  }

  @Nullable String subject() {
    return event == null ? null : event.subject();
  }

  /** A name for signals. */
  String id() {
    return event == null ? "" : event.id();
  }

  void startRun() {
    int before = runs;
    runs = before + 1;
    running = true;
    parked = false;
    deferred = false;
    threw = false;
  }

  /**
   * The source has delivered the same event again: it is settled with this one, whose deadline is
   * now the newer one. Not if this one is to be delivered again, as that may be it.
   *
   * @return whether it is attached
   */
  boolean attach(Settlement redelivery) {
    if (verdict == Verdict.OPEN) {
      superseded = superseded.isEmpty() ? new ArrayList<>(1) : superseded;
      superseded.add(settlement);
      settlement = redelivery;
      return true;
    }
    boolean beingAcked = verdict == Verdict.ACKED || verdict == Verdict.REJECTED;
    if (entry != null || !beingAcked) {
      return false;
    }
    latecomers = latecomers.isEmpty() ? new ArrayList<>(1) : latecomers;
    latecomers.add(redelivery);
    return true;
  }

  /** The settlements before the newest. To be read once decided. */
  List<Settlement> superseded() {
    return superseded;
  }

  /** Those that came between decision and finish. To be read once finished. */
  List<Settlement> latecomers() {
    return latecomers;
  }

  boolean hasFailed() {
    return threw || verdict != Verdict.ACKED;
  }

  /** Closed: nothing more will be said to the source. */
  void giveUp() {
    verdict = verdict == Verdict.OPEN ? Verdict.GIVEN_UP : verdict;
  }

  @Override
  public int attempt() {
    return firstAttempt + Math.max(0, runs - 1);
  }

  @Override
  public @Nullable Instant deadline() {
    return settlement.deadline();
  }

  @Override
  public CompletionStage<AckOutcome> ack() {
    return settler.ack(this);
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    return settler.nack(this, delay);
  }

  @Override
  public CompletionStage<AckOutcome> reject(String reason) {
    return settler.reject(this, reason);
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    return settler.extend(this, by);
  }

  @Override
  public void defer() {
    settler.defer(this);
  }
}
