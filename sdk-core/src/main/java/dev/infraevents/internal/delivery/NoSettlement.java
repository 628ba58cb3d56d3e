package dev.infraevents.internal.delivery;

import dev.infraevents.AckOutcome;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The settlement of sources that know no acknowledgements. */
public enum NoSettlement implements Settlement {
  /** The one instance. */
  INSTANCE;

  /** What it always answers. */
  static final CompletionStage<AckOutcome> ANSWER =
      CompletableFuture.completedStage(AckOutcome.NOT_APPLICABLE);

  @Override
  public CompletionStage<AckOutcome> ack() {
    return ANSWER;
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    return ANSWER;
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    return ANSWER;
  }

  @Override
  public @Nullable Instant deadline() {
    return null;
  }
}
