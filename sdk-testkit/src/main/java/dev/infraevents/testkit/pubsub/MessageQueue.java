package dev.infraevents.testkit.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.Subscription;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.pubsub.Backlog.Waiting;
import dev.infraevents.testkit.pubsub.OrderedKey.Place;
import dev.infraevents.testkit.pubsub.SubscriptionMessage.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Shares the messages of one subscription among its streams. Everything is guarded by the queue
 * itself; what goes to clients is sent without that lock, by one thread at a time.
 */
final class MessageQueue {

  /** Where messages go that have been delivered too often. */
  interface DeadLetters {

    /** Whether there is such a place. */
    boolean isPossible();

    /** Is called without the queue's lock. */
    void forward(SubscriptionMessage message);
  }

  private static final Object SINGLE_PULL = new Object();

  private final Subscription config;
  private final TimeSource time;
  private final Changes changes;
  private final DeadLetters deadLetters;
  private final AtomicInteger passes = new AtomicInteger();

  private final Leases leases;
  private final Backlog backlog;
  private final Settling settling;
  private final Alarm alarm;
  private final Takers takers = new Takers();
  private final Census census = new Census();
  private boolean stalled;
  private boolean exactlyOnce;

  /**
   * An empty queue.
   *
   * @param number tells it from the server's other queues
   */
  MessageQueue(
      int number,
      Subscription config,
      int outstandingPerKey,
      TimeSource time,
      Changes changes,
      DeadLetters deadLetters) {
    this.config = config;
    this.time = time;
    this.changes = changes;
    this.deadLetters = deadLetters;
    this.leases = new Leases(number);
    this.backlog = new Backlog(outstandingPerKey);
    var redelivery = new Redelivery(config, deadLetters::isPossible);
    this.settling = new Settling(leases, backlog, census, redelivery, time);
    this.alarm = new Alarm(time, this::timeIsUp);
    this.exactlyOnce = config.getEnableExactlyOnceDelivery();
  }

  synchronized int count(State state) {
    return census.count(state);
  }

  synchronized List<MessageSettlement> settlements() {
    return List.copyOf(settling.settlements());
  }

  synchronized List<Lease> openLeases() {
    return leases.open();
  }

  synchronized boolean isExactlyOnce() {
    return exactlyOnce;
  }

  synchronized void setExactlyOnce(boolean value) {
    exactlyOnce = value;
  }

  void stall(boolean value) {
    synchronized (this) {
      stalled = value;
    }
    dispatch();
  }

  synchronized void close() {
    alarm.cancel();
  }

  private void timeIsUp() {
    synchronized (this) {
      alarm.rung();
      settling.expire();
      backlog.resume(time.nanoTime());
      setAlarm();
    }
    dispatch();
    changes.announce();
  }

  private void setAlarm() {
    Lease first = leases.first();
    if (first != null) {
      alarm.set(first.deadline);
    }
    Long resume = backlog.nextResume();
    if (resume != null) {
      alarm.set(resume);
    }
  }

  /** Counts a message that will be added, now or when its time has come. */
  synchronized void expect() {
    census.add();
  }

  /** Adds a message; it goes out with the next {@link #dispatch}. */
  synchronized void add(SubscriptionMessage message) {
    if (isOrdered(message)) {
      backlog.addOrdered(message);
    } else {
      backlog.add(message);
    }
  }

  boolean isOrdered(SubscriptionMessage message) {
    return config.getEnableMessageOrdering() && !message.message().getOrderingKey().isEmpty();
  }

  synchronized void discard(SubscriptionMessage message) {
    census.become(message, State.DISCARDED);
  }

  void join(PubSubStream stream) {
    synchronized (this) {
      takers.add(stream);
    }
    dispatch();
  }

  synchronized void leave(PubSubStream stream) {
    takers.remove(stream);
  }

  /** Sends what can be sent; if a thread is at it already, that one does. */
  void dispatch() {
    if (passes.getAndIncrement() > 0) {
      return;
    }
    int seen;
    do {
      seen = passes.get();
      while (pass()) {
        changes.announce();
      }
    } while (passes.addAndGet(-seen) > 0);
  }

  private boolean pass() {
    List<Takers.Batch> batches;
    List<SubscriptionMessage> dead;
    synchronized (this) {
      batches = plan();
      dead = settling.takeDeadLetters();
      setAlarm();
    }
    batches.forEach(Takers.Batch::send);
    dead.forEach(deadLetters::forward);
    return !batches.isEmpty();
  }

  private List<Takers.Batch> plan() {
    if (stalled || !takers.begin(backlog)) {
      return List.of();
    }
    Instant now = time.now();
    while (takers.hasRoom()) {
      Waiting next = backlog.poll();
      if (next == null) {
        break;
      } else if (next instanceof OrderedKey key) {
        deliverNext(key, now);
      } else if (next instanceof SubscriptionMessage message) {
        deliver(message, takers.next(), now);
      }
    }
    return takers.finish();
  }

  private void deliverNext(OrderedKey key, Instant now) {
    Object holder = key.holder();
    PubSubStream stream = holder == null ? takers.next() : takers.ifTaking(holder);
    if (stream != null) {
      deliver(key.next(stream), stream, now);
      backlog.offer(key);
    } else {
      key.place = Place.PARKED;
      if (holder instanceof PubSubStream full) {
        full.parked.add(key);
      }
    }
  }

  private void deliver(SubscriptionMessage message, PubSubStream stream, Instant now) {
    give(message, stream, now);
    if (message.takeTwice()) {
      give(message, takers.hasRoom() ? takers.next() : stream, now);
    }
  }

  private void give(SubscriptionMessage message, PubSubStream stream, Instant now) {
    Lease lease = lease(message, stream, stream.deadlineSeconds(), now);
    takers.give(stream, lease, received(lease));
  }

  private Lease lease(
      SubscriptionMessage message, @Nullable PubSubStream stream, int seconds, Instant now) {
    long deadline = time.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Lease lease = leases.issue(message, stream, deadline);
    census.become(message, State.OUTSTANDING);
    message.delivered(lease, now);
    return lease;
  }

  private ReceivedMessage received(Lease lease) {
    int attempt = config.hasDeadLetterPolicy() ? lease.message.attempts() : 0;
    return ReceivedMessage.newBuilder()
        .setAckId(lease.ackId)
        .setMessage(lease.message.message())
        .setDeliveryAttempt(attempt)
        .build();
  }

  /** Delivers what is there, without a stream. */
  synchronized List<ReceivedMessage> pull(int most) {
    List<ReceivedMessage> pulled = new ArrayList<>();
    List<OrderedKey> heldByStreams = new ArrayList<>();
    Instant now = time.now();
    while (!stalled && pulled.size() < most) {
      Waiting next = backlog.poll();
      if (next == null) {
        break;
      } else if (next instanceof SubscriptionMessage message) {
        pulled.add(received(lease(message, null, config.getAckDeadlineSeconds(), now)));
      } else if (next instanceof OrderedKey key) {
        if (key.holder() == null || key.holder() == SINGLE_PULL) {
          SubscriptionMessage message = key.next(SINGLE_PULL);
          pulled.add(received(lease(message, null, config.getAckDeadlineSeconds(), now)));
          backlog.offer(key);
        } else {
          heldByStreams.add(key);
        }
      }
    }
    heldByStreams.forEach(backlog::unpoll);
    setAlarm();
    return pulled;
  }

  /** Whether an ack id was issued here at any time. */
  synchronized boolean knows(String ackId) {
    return leases.find(ackId) != null;
  }

  /**
   * Settles or extends deliveries; {@link #dispatch} is up to the caller.
   *
   * @param seconds the new deadline, 0 for a nack; none for acknowledgements
   * @param script says which ones have to fail
   * @return why which ids have failed, as far as the client is to know
   */
  synchronized Map<String, String> settle(
      List<String> ackIds, @Nullable Integer seconds, AckIdFailures script) {
    Map<String, String> failures = new HashMap<>();
    for (String ackId : ackIds) {
      Lease lease = leases.find(ackId);
      if (lease != null) {
        String failure = settling.settle(lease, seconds, exactlyOnce, script.next());
        if (failure != null) {
          failures.put(ackId, failure);
        }
      }
    }
    setAlarm();
    return failures;
  }
}
