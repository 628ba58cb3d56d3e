package dev.infraevents.testkit;

import dev.infraevents.Event;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Demands everything and keeps the subjects. */
final class ContractSubscriber<P> implements Flow.Subscriber<Event<P>> {

  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final BlockingQueue<String> subjects = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> completion = new CompletableFuture<>();

  @Override
  public void onSubscribe(Flow.Subscription opened) {
    subscription.complete(opened);
    opened.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(Event<P> event) {
    subjects.add(String.valueOf(event.subject()));
  }

  @Override
  public void onError(Throwable failure) {
    completion.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    completion.complete(null);
  }

  void cancel() {
    subscription.join().cancel();
  }

  /** Waits for so many events. */
  Set<String> await(int count) throws InterruptedException {
    Set<String> all = new TreeSet<>();
    while (all.size() < count) {
      String next = subjects.poll(ContractProbe.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no more than " + all);
      }
      all.add(next);
    }
    return all;
  }

  void awaitCompletion() throws InterruptedException, ExecutionException, TimeoutException {
    completion.get(ContractProbe.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
