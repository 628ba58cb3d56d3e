package dev.infraevents.testkit;

import dev.infraevents.AckOutcome;
import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Keeps everything that a subscription brings, and waits for it by condition. */
final class ContractProbe implements EventHandler<Object> {

  /** Far beyond what a healthy run needs; only a broken one waits that long. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How soon a change is seen that nobody notes, such as one of the status. */
  private static final Duration GLANCE = Duration.ofMillis(20);

  /** What is done with a delivery, besides keeping its event. */
  @FunctionalInterface
  interface Reaction {
    void to(Event<Object> event, Delivery delivery, ContractProbe probe) throws Exception;
  }

  private final Reaction reaction;

  // All below guarded by this.
  private final List<String> subjects = new ArrayList<>();
  private final List<SourceSignal> signals = new ArrayList<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();
  private final List<AckOutcome> outcomes = new ArrayList<>();
  private boolean throwing;
  private boolean ended;
  private int late;

  ContractProbe(Reaction reaction) {
    this.reaction = reaction;
  }

  @Override
  public void handle(Event<Object> event, Delivery delivery) throws Exception {
    note(
        () -> {
          subjects.add(String.valueOf(event.subject()));
          late += ended ? 1 : 0;
        });
    reaction.to(event, delivery, this);
  }

  @Override
  public void onSignal(SourceSignal signal) {
    note(() -> signals.add(signal));
    if (throwsOnSignals()) {
      throw new IllegalStateException("the contract's listener throws");
    }
  }

  /** From now on every signal meets a listener that throws. */
  synchronized void throwOnSignals() {
    throwing = true;
  }

  private synchronized boolean throwsOnSignals() {
    return throwing;
  }

  /** A message was read, whatever becomes of it. */
  void read(String subject) {
    note(() -> subjects.add(subject));
  }

  void deadLetter(DeadLetter letter) {
    note(() -> deadLetters.add(letter));
  }

  void outcome(CompletionStage<AckOutcome> stage) {
    stage.thenAccept(outcome -> note(() -> outcomes.add(outcome)));
  }

  /** The subscription has been closed: what is handled from now on comes too late. */
  void ended() {
    note(() -> ended = true);
  }

  private synchronized void note(Runnable change) {
    change.run();
    notifyAll();
  }

  synchronized List<String> subjects() {
    return List.copyOf(subjects);
  }

  synchronized int timesHandled(@Nullable String subject) {
    return (int) subjects.stream().filter(known -> known.equals(subject)).count();
  }

  synchronized List<SourceSignal> signals() {
    return List.copyOf(signals);
  }

  synchronized <S extends SourceSignal> List<S> signals(Class<S> kind) {
    return signals.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  synchronized List<DeadLetter> deadLetters() {
    return List.copyOf(deadLetters);
  }

  synchronized List<AckOutcome> outcomes() {
    return List.copyOf(outcomes);
  }

  synchronized int handledTooLate() {
    return late;
  }

  void awaitSubject(String subject) {
    await("event about " + subject, () -> timesHandled(subject) > 0);
  }

  <S extends SourceSignal> void awaitSignals(Class<S> kind, int count) {
    await(count + " x " + kind.getSimpleName(), () -> signals(kind).size() >= count);
  }

  /** Waits for a condition; looks when something has been noted, and now and then. */
  synchronized void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!condition.getAsBoolean()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new AssertionError("no " + what + "; events " + subjects + ", signals " + signals);
        }
        TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, GLANCE.toNanos()));
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + what, e);
    }
  }
}
