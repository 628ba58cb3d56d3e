package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Settles the notification of a finished invocation: when its own handler is done, the invocation's
 * events are handled, and only then it is acknowledged.
 */
final class FinishedInvocation implements Settlement {

  private final String invocationId;
  private final String instance;
  private final Bytes raw;
  private final PullSettlement notification;
  private final InvocationReads reads;
  private final CompletableFuture<AckOutcome> outcome = new CompletableFuture<>();

  /**
   * Waits for its acknowledgement.
   *
   * @param content what the notification says
   * @param raw the response that brought it
   * @param notification settles it
   * @param reads has the events handled
   */
  FinishedInvocation(
      NotificationContent content, Bytes raw, PullSettlement notification, InvocationReads reads) {
    this.invocationId = content.invocationId();
    this.instance = content.instance();
    this.raw = raw;
    this.notification = notification;
    this.reads = reads;
  }

  String invocationId() {
    return invocationId;
  }

  String instance() {
    return instance;
  }

  /** All events are handled. */
  void acknowledge() {
    notification.ack().thenAccept(outcome::complete);
  }

  /** The events can not be had: what becomes of the notification is the application's policy. */
  void fail(ConnectionContext<EngFlowPayload> context, DecodingException cause) {
    context.undecodable(raw, cause, notification);
    outcome.complete(AckOutcome.REFUSED);
  }

  /** The events are not handled; the notification will come again. */
  void leave(AckOutcome why) {
    outcome.complete(why);
  }

  @Override
  public CompletionStage<AckOutcome> ack() {
    reads.handle(this);
    return outcome.minimalCompletionStage();
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    return notification.nack(delay);
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    return notification.extend(by);
  }

  @Override
  public @Nullable Instant deadline() {
    return notification.deadline();
  }
}
