package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Settles an event of an invocation: the server hears nothing of it, but the read does.
 *
 * @param onHandled run when it has been handled, is not wanted, or is given up
 * @param onFailed run when it could not be handled
 */
record ReadSettlement(Runnable onHandled, Runnable onFailed) implements Settlement {

  private static final CompletionStage<AckOutcome> NOTHING_TO_SEND =
      CompletableFuture.completedStage(AckOutcome.NOT_APPLICABLE);

  @Override
  public CompletionStage<AckOutcome> ack() {
    onHandled.run();
    return NOTHING_TO_SEND;
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    onFailed.run();
    return NOTHING_TO_SEND;
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    return NOTHING_TO_SEND;
  }

  @Override
  public @Nullable Instant deadline() {
    return null; // the notification has one; its invocation may take longer
  }
}
