package dev.infraevents.pubsub;

import dev.infraevents.AckOutcome;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.foundries.FoundriesPayload;
import dev.infraevents.foundries.OtaStarted;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The handler of one consumer: succeeds or fails in all ways there are. Which way it takes depends
 * on the message's id, the number of the run and the seed only, whatever the threads do.
 */
final class ErraticHandler implements EventHandler<FoundriesPayload> {

  private static final int FAILING_IN_THOUSAND = 20;

  /** A delivery that its handler has left open. */
  private record Open(Delivery delivery, Event<FoundriesPayload> event, boolean succeeds) {}

  private final long seed;
  private final HandledMessages messages;
  private final boolean ordered;
  private final boolean perDevice;
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private final Set<String> busyDevices = ConcurrentHashMap.newKeySet();
  private final Set<String> succeeded = ConcurrentHashMap.newKeySet();
  private final Queue<Open> open = new ConcurrentLinkedQueue<>();
  private final Map<AckOutcome, Integer> answers = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong runs = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();

  /**
   * Has not done anything.
   *
   * @param messages what it shares with other consumers
   * @param ordered whether messages of a device are handled in order
   * @param perDevice whether only one message of a device is handled at a time
   */
  ErraticHandler(long seed, HandledMessages messages, boolean ordered, boolean perDevice) {
    this.seed = seed;
    this.messages = messages;
    this.ordered = ordered;
    this.perDevice = perDevice;
  }

  @Override
  public void handle(Event<FoundriesPayload> event, Delivery delivery) {
    int run = begin(event);
    var random = new Random((seed * 31 + event.id().hashCode()) * 31 + run);
    if (run <= failures(event)) {
      fail(event, delivery, random.nextInt(6));
    } else {
      succeed(event, delivery, random.nextInt(60));
    }
  }

  /** How often a message fails before it succeeds. */
  private int failures(Event<?> event) {
    var random = new Random(seed * 37 + event.id().hashCode());
    return random.nextInt(1000) < FAILING_IN_THOUSAND ? 1 + random.nextInt(3) : 0;
  }

  private void fail(Event<FoundriesPayload> event, Delivery delivery, int way) {
    failures.incrementAndGet();
    messages.failed(event.id());
    if (way == 0) {
      delivery.defer();
      open.add(new Open(delivery, event, false));
      return;
    }
    end(event);
    switch (way) {
      case 1 -> throw new IllegalStateException("the handler fails");
      case 2 -> throw new LinkageError("the handler fails badly");
      case 3 -> ask(delivery.nack(Duration.ofMillis(50)));
      default -> ask(delivery.nack(Duration.ZERO));
    }
  }

  private void succeed(Event<FoundriesPayload> event, Delivery delivery, int way) {
    switch (way) {
      case 0 -> {
        delivery.defer();
        open.add(new Open(delivery, event, true));
      }
      case 1 -> {
        done(event);
        ask(delivery.ack());
      }
      case 2 -> {
        failures.incrementAndGet(); // in the books it is one
        done(event);
        ask(delivery.reject("as good as done"));
      }
      default -> done(event);
    }
  }

  /** Settles what was left open. */
  void settleOpen() {
    for (Open next = open.poll(); next != null; next = open.poll()) {
      if (next.succeeds) {
        done(next.event);
        ask(next.delivery.ack());
      } else {
        end(next.event);
        ask(next.delivery.nack(Duration.ZERO));
      }
    }
  }

  private int begin(Event<?> event) {
    runs.incrementAndGet();
    if (!running.add(event.id())) {
      messages.violated(event.id() + " is handled twice at once");
    }
    if (succeeded.contains(event.id())) {
      messages.violated(event.id() + " is handled again by who has succeeded with it");
    }
    if (perDevice && !busyDevices.add(String.valueOf(event.subject()))) {
      messages.violated("two events of " + event.subject() + " at once");
    }
    return messages.begin(event.id());
  }

  private void end(Event<?> event) {
    busyDevices.remove(String.valueOf(event.subject()));
    running.remove(event.id());
  }

  private void done(Event<FoundriesPayload> event) {
    succeeded.add(event.id());
    if (ordered && event.payload() instanceof OtaStarted started) {
      messages.doneInOrder(event.id(), started.uuid(), Integer.parseInt(started.id()));
    } else {
      messages.done(event.id());
    }
    end(event);
  }

  private void ask(CompletionStage<AckOutcome> answer) {
    asked.incrementAndGet();
    var unused = answer.thenAccept(outcome -> answers.merge(outcome, 1, Integer::sum));
  }

  long runs() {
    return runs.get();
  }

  long failedRuns() {
    return failures.get();
  }

  int asked() {
    return asked.get();
  }

  /** How the settling of deliveries was answered. */
  Map<AckOutcome, Integer> answers() {
    return answers;
  }
}
