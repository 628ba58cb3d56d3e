package dev.infraevents.internal.view;

import dev.infraevents.SourceException;
import dev.infraevents.SourceStatus;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.internal.Nanos;
import dev.infraevents.internal.StatusSummary;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The subscriptions of a merged source as one. It fails with the first that fails. */
final class MergedSubscription implements Subscription {

  private final List<Subscription> parts;
  private final SharedHandler<?> handler;
  private final CompletableFuture<Void> completion = new CompletableFuture<>();
  private final AtomicInteger running;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  MergedSubscription(List<Subscription> parts, SharedHandler<?> handler) {
    this.parts = parts;
    this.handler = handler;
    this.running = new AtomicInteger(parts.size());
    for (Subscription part : parts) {
      part.completion().whenComplete((done, error) -> ended(error));
    }
  }

  private void ended(@Nullable Throwable error) {
    boolean first =
        error != null
            && failure.compareAndSet(
                null, error instanceof CompletionException ? error.getCause() : error);
    if (running.decrementAndGet() == 0) {
      Throwable cause = failure.get();
      if (cause == null) {
        completion.complete(null);
      } else {
        completion.completeExceptionally(cause);
      }
    } else if (first) {
      Closing.start(
          parts, Subscription::close); // a stream that lacks one of its sources would look complete
    }
  }

  @Override
  public SourceStatus status() {
    return StatusSummary.worstOf(parts.stream().map(Subscription::status).toList());
  }

  @Override
  public SubscriptionStats stats() {
    return parts.stream()
        .map(Subscription::stats)
        .reduce(SubscriptionStats.NONE, SubscriptionStats::plus);
  }

  @Override
  public boolean awaitStreaming(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + Nanos.of(timeout);
    for (Subscription part : parts) {
      if (!part.awaitStreaming(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
        if (failure.get() instanceof SourceException cause) {
          throw cause; // another source failed, and that closed this one
        }
        return false;
      }
    }
    return true;
  }

  @Override
  public CompletionStage<Void> completion() {
    return completion.minimalCompletionStage();
  }

  @Override
  public void close() {
    all(Subscription::close);
  }

  @Override
  public void close(Duration drain) {
    all(part -> part.close(drain));
  }

  private void all(Consumer<Subscription> close) {
    if (handler.isRunningHere()) {
      Closing.start(parts, close); // the other sources' handlers may wait for this one to return
    } else {
      Closing.complete(parts, close);
    }
  }
}
