package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.util.EnumMap;
import java.util.Map;

/** How many messages of a queue are in which state. Guarded by the queue's lock. */
final class Census {

  private final Map<State, Integer> counts = new EnumMap<>(State.class);

  int count(State state) {
    return counts.getOrDefault(state, 0);
  }

  void add() {
    counts.merge(State.PENDING, 1, Integer::sum);
  }

  void become(SubscriptionMessage message, State state) {
    counts.merge(message.currentState(), -1, Integer::sum);
    counts.merge(state, 1, Integer::sum);
    message.become(state);
  }
}
