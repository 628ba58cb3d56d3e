package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.internal.Timing;
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

  private final Settler<P> settler;
  private final @Nullable Event<P> event;
  private final @Nullable DecodingException undecodable;
  private final Bytes raw;
  private final Instant receivedAt;
  private final int size;
  private final int firstAttempt;
  final CompletableFuture<AckOutcome> outcome = new CompletableFuture<>();

  // All below guarded by the workload's lock.
  Settlement settlement;
  private List<Settlement> superseded = List.of();
  Verdict verdict = Verdict.OPEN;
  Workload.@Nullable Entry entry; // set once settled: where it goes in the books
  @Nullable String dedupeId;
  Timing.@Nullable Timer deadlineTimer;
  int runs;
  boolean running;
  boolean deferred;
  boolean holdsSlot;
  boolean failed;
  boolean released;

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

  /**
   * The source has delivered the same event again: the newer settlement is the one with a future.
   */
  void attach(Settlement redelivery) {
    if (superseded.isEmpty()) {
      superseded = new ArrayList<>(1);
    }
    superseded.add(settlement);
    settlement = redelivery;
  }

  List<Settlement> superseded() {
    return superseded;
  }

  int attemptOf(int run) {
    return firstAttempt + Math.max(0, run - 1);
  }

  @Override
  public int attempt() {
    return settler.attempt(this);
  }

  @Override
  public @Nullable Instant deadline() {
    return settler.settlementOf(this).deadline();
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
