package dev.infraevents.pubsub;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** What all consumers together have done with the messages of a subscription. */
final class HandledMessages {

  private final InstantSource clock;
  private final Map<String, Integer> runs = new ConcurrentHashMap<>();
  private final Set<String> failed = ConcurrentHashMap.newKeySet();
  private final Map<String, Instant> done = new ConcurrentHashMap<>();
  private final Map<String, Integer> lastOfKey = new ConcurrentHashMap<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  /**
   * Nothing yet.
   *
   * @param clock orders what is done here and on the server
   */
  HandledMessages(InstantSource clock) {
    this.clock = clock;
  }

  /** Which run of this message this is, counted from 1. */
  int begin(String id) {
    return runs.merge(id, 1, Integer::sum);
  }

  /** A handler has failed with a message. */
  void failed(String id) {
    failed.add(id);
  }

  /** A handler has succeeded with a message. */
  void done(String id) {
    done.putIfAbsent(id, clock.instant());
  }

  /**
   * A handler has succeeded with a message that is in order with others.
   *
   * @param number counts those of its key from 1
   */
  void doneInOrder(String id, String key, int number) {
    lastOfKey.merge(
        key,
        number,
        (last, next) -> {
          if (next > last + 1) {
            violations.add("%s of %s was done with before %s".formatted(next, key, last + 1));
          }
          return Math.max(last, next); // another consumer may have been faster
        });
    done(id);
  }

  /** When the first handler succeeded with a message; null if none has. */
  @Nullable Instant doneAt(String id) {
    return done.get(id);
  }

  /** With which messages a handler has failed at least once. */
  Set<String> failed() {
    return failed;
  }

  void violated(String what) {
    violations.add(what);
  }

  List<String> violations() {
    return List.copyOf(violations);
  }
}
