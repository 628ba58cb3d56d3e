package dev.infraevents.pubsub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets one message of each ordering key through at a time. When one fails, Pub/Sub delivers it and
 * all later ones of its key again, so none of those may be handled before it.
 *
 * <p>Thread-safe.
 *
 * @param <M> a message
 */
final class OrderedKeys<M> {

  /** Whether a message can be handled. */
  enum Turn {
    NOW,
    /** {@link #acknowledged} will tell. */
    LATER,
    /** Not this time: it follows one that is to come again, and so will it. */
    NEVER
  }

  /** Failures of keys that may never be heard of again, here. */
  private static final int MAX_FAILURES = 10_000;

  /**
   * What has come after a message that failed comes again from its first on, when Pub/Sub has heard
   * of the failure or has lost patience. So often it may be the latter; after that, the one that
   * failed must have gone to another client.
   */
  private static final int MAX_REPETITIONS = 3;

  private final Function<M, String> id;

  // All below guarded by this.
  private final Map<String, ArrayDeque<M>> here = new HashMap<>(); // the first has its turn
  private final Map<String, Failure> failures =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failure> eldest) {
          return size() > MAX_FAILURES;
        }
      };

  /** A message of some key is to come again, and what comes meanwhile. */
  private static final class Failure {

    private final String failed;
    private final Set<String> refused;
    private int repetitions;

    Failure(String failed, List<String> later) {
      this.failed = failed;
      this.refused = new HashSet<>(later);
    }

    /** Refuses a message, unless it is the first of those that come again. */
    boolean isOverWith(String came) {
      if (came.equals(failed)) {
        return true;
      }
      if (refused.add(came)) {
        return false;
      }
      refused.clear();
      refused.add(came);
      return ++repetitions == MAX_REPETITIONS;
    }
  }

  /**
   * No message yet.
   *
   * @param id tells messages apart, but not their deliveries
   */
  OrderedKeys(Function<M, String> id) {
    this.id = id;
  }

  /** A message has come. */
  synchronized Turn enter(String key, M message) {
    Failure failure = failures.get(key);
    if (failure != null && !failure.isOverWith(id.apply(message))) {
      return Turn.NEVER;
    }
    failures.remove(key);
    ArrayDeque<M> queue = here.computeIfAbsent(key, first -> new ArrayDeque<>(1));
    queue.add(message);
    return queue.size() == 1 ? Turn.NOW : Turn.LATER;
  }

  /**
   * The message whose turn it was has been acknowledged.
   *
   * @return whose turn it is now; null if none waits
   */
  synchronized @Nullable M acknowledged(String key, M message) {
    ArrayDeque<M> queue = here.get(key);
    if (queue == null || queue.peek() != message) {
      return null;
    }
    queue.remove();
    M next = queue.peek();
    if (next == null) {
      here.remove(key);
    }
    return next;
  }

  /**
   * A message will be delivered again.
   *
   * @return those that will be, too
   */
  synchronized List<M> givenUp(String key, M message) {
    ArrayDeque<M> queue = here.get(key);
    if (queue == null || !queue.contains(message)) {
      return List.of();
    }
    List<M> later = new ArrayList<>();
    for (M last = queue.removeLast(); last != message; last = queue.removeLast()) {
      later.add(0, last);
    }
    if (queue.isEmpty()) {
      here.remove(key);
    }
    failures.put(key, new Failure(id.apply(message), later.stream().map(id).toList()));
    return later;
  }
}
