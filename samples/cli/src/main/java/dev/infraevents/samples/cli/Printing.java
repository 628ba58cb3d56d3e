package dev.infraevents.samples.cli;

import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.HandlerFailed;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Hands each event to another handler, then prints it, and counts. For serial delivery. */
final class Printing<P> implements EventHandler<P> {

  private final EventHandler<? super P> first;
  private final EventPrinter printer;
  private final PrintStream err;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private long left;

  Printing(EventHandler<? super P> first, EventPrinter printer, PrintStream err, long count) {
    this.first = first;
    this.printer = printer;
    this.err = err;
    this.left = count;
  }

  /** Completes when enough is printed, or nobody reads any more, or as the other does. */
  CompletionStage<Void> doneOr(CompletionStage<Void> completion) {
    completion.whenComplete(
        (ended, failure) -> {
          if (failure == null) {
            done.complete(null);
          } else {
            done.completeExceptionally(failure);
          }
        });
    return done;
  }

  @Override
  public void handle(Event<P> event, Delivery delivery) throws Exception {
    if (done.isDone()) {
      delivery.nack(Duration.ZERO); // not printed, so not to be acknowledged
      return;
    }
    handleFirst(event, delivery);
    if (!printer.print(event)) {
      done.complete(null);
      delivery.nack(Duration.ZERO);
    } else if (--left == 0) {
      done.complete(null);
    }
  }

  // A handler of a superclass takes the event as one of that class.
  @SuppressWarnings("unchecked")
  private void handleFirst(Event<P> event, Delivery delivery) throws Exception {
    ((EventHandler<P>) first).handle(event, delivery);
  }

  void report(DeadLetter letter) {
    if (!done.isDone()) {
      err.println("! " + OneLine.reason(letter.cause()));
    }
  }

  @Override
  public void onSignal(SourceSignal signal) {
    if (signal instanceof Disconnected lost && lost.retryIn() == null) {
      return; // the last line says why
    }
    if (signal instanceof HandlerFailed && done.isDone()) {
      return; // it did what was asked
    }
    err.println("# " + SignalText.of(signal));
  }
}
