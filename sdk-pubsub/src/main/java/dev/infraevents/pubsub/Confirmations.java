package dev.infraevents.pubsub;

import com.google.api.core.ApiFuture;
import com.google.api.core.ApiFutureCallback;
import com.google.api.core.ApiFutures;
import com.google.cloud.pubsub.v1.AckResponse;
import dev.infraevents.AckOutcome;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/**
 * What Pub/Sub says to acknowledgements of a subscription with exactly-once delivery. Google's
 * futures may never complete; what is made of them here always does.
 */
final class Confirmations {

  /** Beyond, it is known to be sent and no more. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final PullTransport<?> transport;
  private final Set<Confirmation> awaited = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  Confirmations(PullTransport<?> transport) {
    this.transport = transport;
  }

  CompletionStage<AckOutcome> of(ApiFuture<AckResponse> response) {
    var confirmation = new Confirmation();
    awaited.add(confirmation);
    ApiFutures.addCallback(response, confirmation, Runnable::run);
    if (over) {
      confirmation.is(AckOutcome.STREAM_GONE);
    }
    return confirmation.outcome;
  }

  /** No more will come. */
  void end() {
    over = true;
    awaited.forEach(confirmation -> confirmation.is(AckOutcome.STREAM_GONE));
  }

  private final class Confirmation implements ApiFutureCallback<AckResponse> {

    private final CompletableFuture<AckOutcome> outcome = new CompletableFuture<>();
    private final Future<?> patience = transport.schedule(() -> is(AckOutcome.SENT), PATIENCE);

    void is(AckOutcome known) {
      awaited.remove(this);
      patience.cancel(false);
      outcome.complete(known);
    }

    @Override
    public void onSuccess(AckResponse response) {
      is(
          switch (response) {
            case SUCCESSFUL -> AckOutcome.CONFIRMED;
            case INVALID -> AckOutcome.DEADLINE_PASSED; // delivered to someone else meanwhile
            case PERMISSION_DENIED, FAILED_PRECONDITION, OTHER -> AckOutcome.REFUSED;
          });
    }

    @Override
    public void onFailure(Throwable failure) {
      is(AckOutcome.REFUSED);
    }
  }
}
