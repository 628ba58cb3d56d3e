package dev.infraevents.pubsub;

import com.google.cloud.pubsub.v1.AckReplyConsumerWithResponse;
import dev.infraevents.AckOutcome;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One message, and how it is settled: through the client that brought it, for as long as that runs.
 */
final class PullSettlement implements Settlement {

  private static final CompletionStage<AckOutcome> SENT = done(AckOutcome.SENT);
  private static final CompletionStage<AckOutcome> STREAM_GONE = done(AckOutcome.STREAM_GONE);
  private static final CompletionStage<AckOutcome> DEADLINE_PASSED =
      done(AckOutcome.DEADLINE_PASSED);
  private static final CompletionStage<AckOutcome> REFUSED = done(AckOutcome.REFUSED);

  private final PullConnection<?> connection;
  private final AckReplyConsumerWithResponse reply;
  private final PubSubMessage message;
  private final @Nullable String orderingKey;
  private final Instant receivedAt;
  private final Instant deadline;
  private final AtomicBoolean settled = new AtomicBoolean();
  private final AtomicBoolean left = new AtomicBoolean();

  /**
   * Makes one.
   *
   * @param orderingKey null if the order does not matter
   * @param maxLease for how long the lease is extended
   */
  PullSettlement(
      PullConnection<?> connection,
      AckReplyConsumerWithResponse reply,
      PubSubMessage message,
      @Nullable String orderingKey,
      Instant receivedAt,
      Duration maxLease) {
    this.connection = connection;
    this.reply = reply;
    this.message = message;
    this.orderingKey = orderingKey;
    this.receivedAt = receivedAt;
    this.deadline = receivedAt.plus(maxLease);
  }

  private static CompletionStage<AckOutcome> done(AckOutcome outcome) {
    return CompletableFuture.completedStage(outcome);
  }

  PubSubMessage message() {
    return message;
  }

  Instant receivedAt() {
    return receivedAt;
  }

  @Nullable String orderingKey() {
    return orderingKey;
  }

  @Override
  public CompletionStage<AckOutcome> ack() {
    if (!settled.compareAndSet(false, true)) {
      return STREAM_GONE; // given up when the connection was closed
    }
    connection.toSend();
    var response = reply.ack();
    leave(true);
    if (connection.isPast(deadline)) {
      return DEADLINE_PASSED; // the client has let go of it
    }
    // Without exactly-once delivery nothing is confirmed, and the future of an acknowledgement that
    // failed never completes.
    return connection.isExactlyOnce() ? connection.confirmed(response) : SENT;
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    if (delay.isZero() || delay.isNegative()) {
      return nack() ? SENT : STREAM_GONE;
    }
    if (settled.get()) {
      return STREAM_GONE;
    }
    connection.later(this::nack, delay); // Pub/Sub knows no delay, so the lease is held that long
    return SENT;
  }

  /**
   * Lets it be delivered again, at once.
   *
   * @return false if it has been settled before
   */
  boolean nack() {
    if (!settled.compareAndSet(false, true)) {
      return false;
    }
    connection.toSend();
    var unused = reply.nack(); // nobody is told what becomes of it
    leave(false);
    return true;
  }

  /** Its lease is over, so it will be delivered again, unless it is acknowledged just in time. */
  void expire() {
    leave(false);
  }

  private void leave(boolean acknowledged) {
    if (left.compareAndSet(false, true)) {
      connection.settled(this, acknowledged);
    }
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    if (settled.get()) {
      return STREAM_GONE;
    }
    return connection.isPast(deadline, by) ? REFUSED : SENT;
  }

  @Override
  public Instant deadline() {
    return deadline;
  }
}
