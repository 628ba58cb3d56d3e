package dev.infraevents.grpc;

import dev.infraevents.EventSource;
import dev.infraevents.engflow.BuildProgress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far finished invocations have been handled, for as long as a subscription lives: longer than
 * the calls that bring their notifications. Thread-safe.
 */
final class InvocationProgress {

  /** Redeliveries come within minutes. */
  private static final int MAX_REMEMBERED = 10_000;

  /** Nothing says that the event store has an invocation before the queue tells of it. */
  private static final Duration APPEARS_WITHIN = Duration.ofSeconds(30);

  /** It is finished, so the store has nothing to wait for; a read holds the place of another. */
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

  private record Position(@Nullable String continuationToken, boolean complete) {}

  private final EventStoreClient store;
  private final InstanceNames instanceNames;
  private final Map<String, Position> positions = new LinkedHashMap<>(); // guarded by this

  InvocationProgress(EngFlowSettings settings, int maxReads) {
    this.store = new EventStoreClient(settings, maxReads);
    this.instanceNames = settings.instanceNames();
  }

  /** What is left of an invocation. */
  EventSource<BuildProgress> read(String invocationId, String notifiedInstance) {
    ReadOptions.Builder options =
        ReadOptions.builder()
            .instanceName(instanceNames.toSend(notifiedInstance))
            .notFoundRetry(APPEARS_WITHIN)
            .idleTimeout(LONGEST_SILENCE);
    String token = continuationToken(invocationId);
    return store.invocation(invocationId, (token == null ? options : options.from(token)).build());
  }

  private synchronized @Nullable String continuationToken(String invocationId) {
    Position position = positions.get(invocationId);
    return position == null ? null : position.continuationToken();
  }

  synchronized boolean isComplete(String invocationId) {
    Position position = positions.get(invocationId);
    return position != null && position.complete();
  }

  void handled(String invocationId, String continuationToken) {
    if (!continuationToken.isEmpty()) {
      remember(invocationId, new Position(continuationToken, false));
    }
  }

  void complete(String invocationId) {
    remember(invocationId, new Position(null, true));
  }

  private synchronized void remember(String invocationId, Position position) {
    positions.remove(invocationId); // so that it goes to the end
    positions.put(invocationId, position);
    if (positions.size() > MAX_REMEMBERED) {
      positions.remove(positions.keySet().iterator().next());
    }
  }

  /** Ends all reads, on a thread of its own. */
  void close() {
    Background.run("infra-events-event-store-close", store::close);
  }
}
