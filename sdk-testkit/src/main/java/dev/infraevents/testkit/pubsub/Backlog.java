package dev.infraevents.testkit.pubsub;

import dev.infraevents.testkit.pubsub.OrderedKey.Place;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What waits for a client, in which order. Guarded by the queue's lock. */
final class Backlog {

  /** A message, or the next one of a key. */
  sealed interface Waiting permits SubscriptionMessage, OrderedKey {}

  /** What waits for some moment first. */
  private record Paused(Waiting waiting, long until) implements Comparable<Paused> {
    @Override
    public int compareTo(Paused other) {
      return Long.signum(until - other.until);
    }
  }

  private final int outstandingPerKey;
  private final Deque<Waiting> ready = new ArrayDeque<>();
  private final PriorityQueue<Paused> paused = new PriorityQueue<>();
  private final Map<String, OrderedKey> keys = new HashMap<>();

  Backlog(int outstandingPerKey) {
    this.outstandingPerKey = outstandingPerKey;
  }

  void add(SubscriptionMessage message) {
    ready.add(message);
  }

  void addOrdered(SubscriptionMessage message) {
    OrderedKey key =
        keys.computeIfAbsent(message.message().getOrderingKey(), name -> new OrderedKey());
    key.add(message);
    offer(key);
  }

  /** The next one: a message, or a key that has a next message. */
  @Nullable Waiting poll() {
    Waiting next = ready.poll();
    while (next instanceof OrderedKey key && !isNext(key)) {
      next = ready.poll();
    }
    return next;
  }

  private boolean isNext(OrderedKey key) {
    if (key.place != Place.READY) {
      return false; // it is paused since
    }
    key.place = Place.IDLE;
    return key.hasNext(outstandingPerKey);
  }

  /** Gives back what can not be delivered now after all. */
  void unpoll(Waiting waiting) {
    if (waiting instanceof OrderedKey key) {
      key.place = Place.READY;
    }
    ready.addFirst(waiting);
  }

  /** Lets a key wait for its turn if it has a message to deliver. */
  void offer(OrderedKey key) {
    if (key.place == Place.IDLE && key.hasNext(outstandingPerKey)) {
      key.place = Place.READY;
      ready.add(key);
    }
  }

  /** Lets a key wait for its holder, unless it has none any more. */
  void offerReleased(OrderedKey key) {
    if (key.place == Place.PARKED && key.holder() == null) {
      key.place = Place.IDLE;
    }
    offer(key);
  }

  /** A stream has room again: the keys that wait for it come first. */
  void unpark(Deque<OrderedKey> parked) {
    for (OrderedKey key = parked.pollLast(); key != null; key = parked.pollLast()) {
      if (key.place == Place.PARKED) {
        unpoll(key);
      }
    }
  }

  void pause(Waiting waiting, long until) {
    if (waiting instanceof OrderedKey key) {
      key.place = Place.PAUSED;
    }
    paused.add(new Paused(waiting, until));
  }

  /** Lets all go on whose pause is over. */
  void resume(long now) {
    Paused next = paused.peek();
    while (next != null && next.until - now <= 0) {
      paused.remove();
      if (next.waiting instanceof OrderedKey key) {
        key.place = Place.IDLE;
        offer(key);
      } else {
        ready.add(next.waiting);
      }
      next = paused.peek();
    }
  }

  /** When the next pause is over. */
  @Nullable Long nextResume() {
    Paused next = paused.peek();
    return next == null ? null : next.until;
  }
}
