package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.engflow.EngFlowPayload;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Succeeds or fails in all ways there are. Which way it takes depends on the event's id, the number
 * of the run and the seed only, whatever the threads do. Keeps what it has done.
 */
final class ErraticHandler implements EventHandler<EngFlowPayload> {

  private static final int FAILING_IN_THOUSAND = 20;
  private static final int LATE_IN_100_000 = 10;

  /** What it has done with the notifications of one id. */
  private static final class Work {
    int runs;
    int successes;
    boolean running;
    Instant done;
  }

  /** A delivery that its handler has left open. */
  private record Open(Delivery delivery, Event<?> event, boolean succeeds) {}

  private final long seed;
  private final InstantSource clock;
  private final boolean ordered;
  private final boolean waits;
  private final Map<String, Work> works = new ConcurrentHashMap<>(); // each guarded by itself
  private final Map<String, Boolean> subjects = new ConcurrentHashMap<>(); // in progress
  private final Queue<Open> open = new ConcurrentLinkedQueue<>();
  private final Queue<Open> late = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final Map<AckOutcome, Integer> answers = new ConcurrentHashMap<>();
  private final AtomicLong runs = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();

  /**
   * Has not done anything.
   *
   * @param clock orders what is done here and on the server
   * @param ordered whether events of one subject come one after the other
   * @param waits whether it waits for a receipt now and then, so that none may be lost
   */
  ErraticHandler(long seed, InstantSource clock, boolean ordered, boolean waits) {
    this.seed = seed;
    this.clock = clock;
    this.ordered = ordered;
    this.waits = waits;
  }

  @Override
  public void handle(Event<EngFlowPayload> event, Delivery delivery) {
    int run = begin(event);
    var random = new Random((seed * 31 + event.id().hashCode()) * 31 + run);
    if (run <= failures(event)) {
      fail(event, delivery, random.nextInt(4));
    } else if (random.nextInt(100_000) < LATE_IN_100_000) {
      delivery.defer();
      late.add(new Open(delivery, event, true));
    } else {
      succeed(event, delivery, random.nextInt(50));
    }
  }

  /** How often it fails with an event before it succeeds. */
  private int failures(Event<?> event) {
    var random = new Random(seed * 37 + event.id().hashCode());
    return random.nextInt(1000) < FAILING_IN_THOUSAND ? 1 + random.nextInt(3) : 0;
  }

  private void fail(Event<?> event, Delivery delivery, int way) {
    failures.incrementAndGet();
    if (way == 0) {
      delivery.defer();
      open.add(new Open(delivery, event, false));
      return;
    }
    end(event);
    switch (way) {
      case 1 -> throw new IllegalStateException("the handler fails");
      case 2 -> throw new LinkageError("the handler fails badly");
      default -> ask(delivery.nack(Duration.ZERO));
    }
  }

  private void succeed(Event<?> event, Delivery delivery, int way) {
    switch (way) {
      case 0 -> {
        delivery.defer();
        open.add(new Open(delivery, event, true));
      }
      case 1, 2 -> {
        done(event);
        ask(delivery.ack());
      }
      case 3 -> {
        done(event);
        var answer = ask(delivery.ack()).toCompletableFuture();
        if (waits) {
          answer.join();
        }
      }
      default -> done(event);
    }
  }

  /** Settles what was left open, but for what is to be late. */
  void settleOpen() {
    settle(open);
  }

  boolean hasLate() {
    return !late.isEmpty();
  }

  /** Settles the rest; it is late if the window has passed meanwhile. */
  void settleLate() {
    settle(late);
  }

  private void settle(Queue<Open> waiting) {
    for (Open next = waiting.poll(); next != null; next = waiting.poll()) {
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
    if (ordered && subjects.put(String.valueOf(event.subject()), true) != null) {
      violations.add("two events of " + event.subject() + " at once");
    }
    Work work = works.computeIfAbsent(event.id(), id -> new Work());
    synchronized (work) {
      if (work.running) {
        violations.add(event.id() + " is handled twice at once");
      }
      work.running = true;
      return ++work.runs;
    }
  }

  private void end(Event<?> event) {
    Work work = works.get(event.id());
    synchronized (work) {
      work.running = false;
    }
    subjects.remove(String.valueOf(event.subject()));
  }

  private void done(Event<?> event) {
    Work work = works.get(event.id());
    synchronized (work) {
      if (++work.successes > 1) {
        violations.add(event.id() + " was handled before");
      }
      work.done = clock.instant();
    }
    end(event);
  }

  private CompletionStage<AckOutcome> ask(CompletionStage<AckOutcome> answer) {
    asked.incrementAndGet();
    answer.thenAccept(outcome -> answers.merge(outcome, 1, Integer::sum));
    return answer;
  }

  /** When it succeeded with an id; null if it has not. */
  Instant doneAt(String id) {
    Work work = works.get(id);
    if (work == null) {
      return null;
    }
    synchronized (work) {
      return work.done;
    }
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

  List<String> violations() {
    return new ArrayList<>(violations);
  }
}
