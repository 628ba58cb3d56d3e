package dev.infraevents.testing.connection;

import dev.infraevents.AckOutcome;
import dev.infraevents.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Remembers how messages were settled, as "ack a" or "nack a". */
public final class RecordingSettlement {

  private final BlockingQueue<String> verdicts = new LinkedBlockingQueue<>();

  public Settlement of(String message) {
    return new Settlement() {
      @Override
      public CompletionStage<AckOutcome> ack() {
        return record("ack " + message);
      }

      @Override
      public CompletionStage<AckOutcome> nack(Duration delay) {
        return record("nack " + message);
      }

      @Override
      public CompletionStage<AckOutcome> extend(Duration by) {
        return record("extend " + message);
      }

      @Override
      public @Nullable Instant deadline() {
        return null;
      }
    };
  }

  private CompletionStage<AckOutcome> record(String verdict) {
    verdicts.add(verdict);
    return CompletableFuture.completedFuture(AckOutcome.SENT);
  }

  /** Waits for the next one. */
  public String next() throws InterruptedException {
    return verdicts.take();
  }

  public boolean isEmpty() {
    return verdicts.isEmpty();
  }
}
