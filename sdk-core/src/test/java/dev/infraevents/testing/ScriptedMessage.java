package dev.infraevents.testing;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A message as a test wants it, which remembers how it was settled. The payload is its id. */
public final class ScriptedMessage implements InboundMessage<String>, Settlement {

  private final String id;
  private final List<String> settled = new CopyOnWriteArrayList<>();
  private final AtomicInteger timesDropped = new AtomicInteger();
  private @Nullable String subject;
  private Bytes raw;
  private int attempt = 1;
  private @Nullable String dedupeId;
  private Instant receivedAt = Instant.EPOCH;
  private @Nullable Supplier<? extends Throwable> undecodable;
  private boolean unwanted;
  private volatile @Nullable RuntimeException settleFailure;
  private volatile @Nullable Instant deadline;
  private volatile @Nullable ScriptedSource source;

  public ScriptedMessage(String id) {
    this.id = id;
    this.raw = Bytes.ofUtf8(id);
  }

  public ScriptedMessage subject(String subject) {
    this.subject = subject;
    return this;
  }

  /**
   * Sets by what a redelivery is recognised.
   *
   * @param dedupeId instead of the id
   * @return this
   */
  public ScriptedMessage dedupeId(String dedupeId) {
    this.dedupeId = dedupeId;
    return this;
  }

  /** Makes it this many bytes long. */
  public ScriptedMessage size(int bytes) {
    raw = Bytes.of(new byte[bytes]);
    return this;
  }

  public ScriptedMessage attempt(int attempt) {
    this.attempt = attempt;
    return this;
  }

  public ScriptedMessage receivedAt(Instant receivedAt) {
    this.receivedAt = receivedAt;
    return this;
  }

  /** Sets or moves the deadline, as an extension on the server would. */
  public ScriptedMessage deadline(@Nullable Instant deadline) {
    this.deadline = deadline;
    return this;
  }

  /** Decoding it throws; must be a DecodingException or unchecked. */
  public ScriptedMessage undecodable(Supplier<? extends Throwable> failure) {
    this.undecodable = failure;
    return this;
  }

  /** Only its payload shows that it is not wanted. */
  public ScriptedMessage unwanted() {
    this.unwanted = true;
    return this;
  }

  /** Settling it throws. */
  public ScriptedMessage unsettleable(RuntimeException failure) {
    this.settleFailure = failure;
    return this;
  }

  void acknowledgedOn(ScriptedSource source) {
    this.source = source;
  }

  public String id() {
    return id;
  }

  /**
   * The verbs that reached the source, in order: {@code ack}, {@code nack PT1S}, {@code extend}.
   */
  public List<String> settled() {
    return List.copyOf(settled);
  }

  /** How often the source was told that it had no room. */
  public int timesDropped() {
    return timesDropped.get();
  }

  @Override
  public EventType<?> type() {
    return ScriptedSource.TYPE;
  }

  @Override
  public URI source() {
    return ScriptedSource.ADDRESS;
  }

  @Override
  public @Nullable String subject() {
    return subject;
  }

  @Override
  public Map<String, String> attributes() {
    return Map.of();
  }

  @Override
  public @Nullable Event<String> decode() throws DecodingException {
    if (undecodable != null) {
      Throwable failure = undecodable.get();
      if (failure instanceof DecodingException known) {
        throw known;
      }
      throwUnchecked(failure);
    }
    if (unwanted) {
      return null;
    }
    return Event.builder(ScriptedSource.TYPE)
        .id(id)
        .source(ScriptedSource.ADDRESS)
        .subject(subject)
        .receivedAt(receivedAt)
        .payload(id)
        .raw(raw)
        .build();
  }

  private static void throwUnchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  @Override
  public Bytes raw() {
    return raw;
  }

  @Override
  public String dedupeId(Event<String> event) {
    return dedupeId == null ? event.id() : dedupeId;
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public Settlement settlement() {
    return source == null ? Settlement.none() : this;
  }

  // The settlement.

  @Override
  public CompletionStage<AckOutcome> ack() {
    return settle("ack");
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    return settle("nack " + delay);
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    return settle("extend " + by);
  }

  @Override
  public void dropped() {
    timesDropped.incrementAndGet();
  }

  @Override
  public @Nullable Instant deadline() {
    return deadline;
  }

  private CompletionStage<AckOutcome> settle(String verb) {
    RuntimeException failure = settleFailure;
    if (failure != null) {
      throw failure;
    }
    ScriptedSource on = source;
    if (on == null || on.isDisconnected()) {
      return CompletableFuture.completedStage(AckOutcome.STREAM_GONE);
    }
    settled.add(verb);
    return CompletableFuture.completedStage(AckOutcome.CONFIRMED);
  }

  @Override
  public String toString() {
    return id + settled;
  }
}
