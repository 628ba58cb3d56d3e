package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one ordering key. They go out in order, and to the same client as long as it has
 * not settled them all; one that is delivered again is followed by all later ones, even by those
 * that have been acknowledged. Guarded by the queue's lock.
 */
final class OrderedKey implements Backlog.Waiting {

  /** Where the next of its messages waits. */
  enum Place {
    /** Nowhere: there is none, or it has to wait for those that are out. */
    IDLE,
    /** In the backlog. */
    READY,
    /** For room in its holder's stream. */
    PARKED,
    /** For the end of a pause. */
    PAUSED
  }

  private final Deque<SubscriptionMessage> waiting = new ArrayDeque<>();
  private final Deque<SubscriptionMessage> out = new ArrayDeque<>(); // since the oldest open one

  Place place = Place.IDLE;
  private @Nullable Object holder; // of those that are out

  void add(SubscriptionMessage message) {
    message.key = this;
    waiting.add(message);
  }

  /** Who has to get the next message; anyone if it is null. */
  @Nullable Object holder() {
    return holder;
  }

  boolean hasNext(int outstandingPerKey) {
    return !waiting.isEmpty() && out.size() < outstandingPerKey;
  }

  SubscriptionMessage next(Object taker) {
    SubscriptionMessage message = waiting.remove();
    out.add(message);
    holder = taker;
    return message;
  }

  /** Whether a message is the oldest that is out. */
  boolean isFirst(SubscriptionMessage message) {
    return out.peek() == message;
  }

  /** Forgets the oldest ones that are done with. */
  void settle() {
    SubscriptionMessage first = out.peek();
    while (first != null && first.leases.isEmpty() && first.currentState() != State.PENDING) {
      out.remove();
      first = out.peek();
    }
    if (first == null) {
      holder = null;
    }
  }

  /** Takes back a message and all later ones; returns these, oldest first. */
  List<SubscriptionMessage> takeBack(SubscriptionMessage message) {
    List<SubscriptionMessage> back = new ArrayList<>();
    if (out.contains(message)) {
      do {
        back.add(out.removeLast());
      } while (back.get(back.size() - 1) != message);
    }
    back.forEach(waiting::addFirst);
    Collections.reverse(back);
    settle();
    return back;
  }

  /** Drops a message that waits: it goes elsewhere. */
  void drop(SubscriptionMessage message) {
    waiting.remove(message);
  }
}
