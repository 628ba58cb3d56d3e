package dev.infraevents.samples.cli;

import dev.infraevents.DeadLetter;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventSource;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.Subscription;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;

/**
 * Runs a source on the command line: events to stdout, everything else to stderr, exit code 0 when
 * it has done what was asked or was interrupted, 1 with one line of reason otherwise, 2 for wrong
 * flags.
 */
public final class Runner {

  private final PrintStream out;
  private final PrintStream err;

  /**
   * Makes a runner.
   *
   * @param out takes the events
   * @param err takes everything else
   */
  public Runner(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * The main method of a sample.
   *
   * @param command its picocli command, which returns an exit code
   * @param args its arguments
   */
  public static void main(Object command, String... args) {
    System.exit(execute(command, System.err, args));
  }

  /**
   * Runs a command.
   *
   * @param command a picocli command, which returns an exit code
   * @param err takes the reason of a failure
   * @param args its arguments
   * @return the exit code
   */
  public static int execute(Object command, PrintStream err, String... args) {
    CommandLine line = new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true);
    line.setErr(new PrintWriter(err, true));
    line.setExecutionExceptionHandler(
        (failure, failed, parsed) -> {
          err.println(failed.getCommandName() + ": " + reason(failure));
          return 1;
        });
    return line.execute(args);
  }

  /**
   * Prints a source's events until enough have come, the time is up, the source ends, nobody reads
   * any more, or Ctrl-C.
   *
   * @param source whose events to print; closed at the end
   * @param options the common flags
   * @return the exit code 0
   * @throws SourceException if the source fails
   * @throws InterruptedException if the thread is interrupted
   */
  public int print(EventSource<?> source, CommonOptions options) throws InterruptedException {
    var printer = new EventPrinter(out, options.output);
    var done = new CompletableFuture<Void>();
    DeliveryOptions delivery = DeliveryOptions.builder().deadLetters(this::report).build();
    try (source;
        var interrupted = new InterruptHook()) {
      interrupted.onInterrupt(source::close);
      Subscription subscription =
          source.subscribe(new Printing(printer, err, options.count, done), delivery);
      subscription
          .completion()
          .whenComplete(
              (ended, failure) -> {
                if (failure == null) {
                  done.complete(null);
                } else {
                  done.completeExceptionally(failure);
                }
              });
      done.get(options.limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return 0;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof SourceException known ? known : new CompletionException(e);
    }
    return 0;
  }

  private void report(DeadLetter letter) {
    err.println("! " + letter.cause().getMessage());
  }

  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message.lines().findFirst().orElse(message);
  }

  /** Prints each event, and counts. */
  private static final class Printing implements EventHandler<Object> {
    private final EventPrinter printer;
    private final PrintStream err;
    private final CompletableFuture<Void> done;
    private long left;

    Printing(EventPrinter printer, PrintStream err, long count, CompletableFuture<Void> done) {
      this.printer = printer;
      this.err = err;
      this.left = count;
      this.done = done;
    }

    @Override
    public void handle(Event<Object> event, Delivery delivery) {
      if (left > 0 && (!printer.print(event) || --left == 0)) {
        left = 0;
        done.complete(null);
      }
    }

    @Override
    public void onSignal(SourceSignal signal) {
      err.println("# " + SignalText.of(signal));
    }
  }
}
