package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Settles one delivery of a notification. EngFlow knows acknowledgements only: what is not
 * acknowledged in time is delivered again, and the time can not be lengthened.
 *
 * @param connection the call that brought it, the only one on which its token is worth something
 * @param token of this delivery
 * @param deadline a little before the server stops waiting
 */
record PullSettlement(PullConnection connection, String token, Instant deadline)
    implements Settlement {

  @Override
  public CompletionStage<AckOutcome> ack() {
    return connection.acknowledge(token);
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    return CompletableFuture.completedStage(AckOutcome.NOT_APPLICABLE);
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    return CompletableFuture.completedStage(AckOutcome.NOT_APPLICABLE);
  }
}
