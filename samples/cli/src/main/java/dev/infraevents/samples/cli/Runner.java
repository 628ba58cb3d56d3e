package dev.infraevents.samples.cli;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.EventSource;
import dev.infraevents.SourceException;
import dev.infraevents.Subscription;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Runs a source on the command line: events to stdout, everything else to stderr, exit code 0 when
 * it has done what was asked or was interrupted, 1 with one line of reason otherwise, 2 for wrong
 * flags.
 */
public final class Runner {

  // Held here: java.util.logging forgets the level of a logger that nobody holds.
  private static final List<Logger> LIBRARY_LOGS =
      Stream.of("dev.infraevents", "io.grpc", "com.google").map(Logger::getLogger).toList();

  private final PrintStream out;
  private final PrintStream err;
  private final Function<Event<?>, String> describe;

  /**
   * Makes a runner.
   *
   * @param out takes the events
   * @param err takes everything else
   */
  public Runner(PrintStream out, PrintStream err) {
    this(out, err, event -> event.payload().toString());
  }

  /**
   * Makes a runner that finds better words for an event than its payload does.
   *
   * @param out takes the events
   * @param err takes everything else
   * @param describe what a readable line says of an event besides its type and subject
   */
  public Runner(PrintStream out, PrintStream err, Function<Event<?>, String> describe) {
    this.out = out;
    this.err = err;
    this.describe = describe;
  }

  /**
   * The main method of a sample. It writes UTF-8 whatever the locale says: JSON is UTF-8, and a raw
   * message is passed on as it arrived.
   *
   * @param command makes a picocli command, which returns an exit code, from the stream that takes
   *     the events and the one that takes everything else
   * @param args its arguments
   */
  public static void main(BiFunction<PrintStream, PrintStream, ?> command, String... args) {
    quietLog();
    System.exit(execute(command, utf8(FileDescriptor.out), utf8(FileDescriptor.err), args));
  }

  /**
   * Runs a command.
   *
   * @param command makes a picocli command, which returns an exit code, from the two streams
   * @param out takes the events
   * @param err takes the reason of a failure and everything else
   * @param args its arguments
   * @return the exit code
   */
  public static int execute(
      BiFunction<PrintStream, PrintStream, ?> command,
      PrintStream out,
      PrintStream err,
      String... args) {
    CommandLine line =
        new CommandLine(command.apply(out, err)).setCaseInsensitiveEnumValuesAllowed(true);
    line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler(
        (failure, arguments) -> {
          String name = failure.getCommandLine().getCommandName();
          err.println(name + ": " + OneLine.reason(failure) + "; see --help");
          return CommandLine.ExitCode.USAGE;
        });
    line.setExecutionExceptionHandler(
        (failure, failed, parsed) -> {
          err.println(failed.getCommandName() + ": " + OneLine.reason(failure));
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line.execute(args);
  }

  private static PrintStream utf8(FileDescriptor file) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(file)), true, StandardCharsets.UTF_8);
  }

  /**
   * What the library and those under it log as a warning, a sample says itself, from the signals.
   * Errors stay, and so does a level from a configuration of java.util.logging.
   */
  private static void quietLog() {
    for (Logger log : LIBRARY_LOGS) {
      if (log.getLevel() == null) {
        log.setLevel(Level.SEVERE);
      }
    }
  }

  /**
   * Runs something until it is done, the time is up, or Ctrl-C, and closes it.
   *
   * @param start starts it; the stage completes when it is done
   * @param close closes it; may be called twice, by two threads
   * @param stop the flags that say when to stop
   * @return the exit code 0
   * @throws SourceException if the stage completes with one
   * @throws InterruptedException if the thread is interrupted
   */
  public static int run(
      Supplier<? extends CompletionStage<?>> start, Runnable close, StopOptions stop)
      throws InterruptedException {
    try (var interrupted = new InterruptHook()) {
      interrupted.onInterrupt(close);
      start.get().toCompletableFuture().get(stop.limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return 0;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof SourceException known ? known : new CompletionException(e);
    } finally {
      close.run();
    }
    return 0;
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
    return print(source, options, (event, delivery) -> {}, DeliveryOptions.DEFAULT);
  }

  /**
   * Prints events as {@link #print(EventSource, CommonOptions)} does, each after another handler
   * has done its part. What that one fails to handle is neither printed nor acknowledged.
   *
   * @param <P> the payload class of the source
   * @param source whose events to print; closed at the end
   * @param options the common flags
   * @param first handles each event before it is printed
   * @param delivery how to treat the handler; its dead letters are not asked
   * @return the exit code 0
   * @throws SourceException if the source fails
   * @throws InterruptedException if the thread is interrupted
   */
  public <P> int print(
      EventSource<P> source,
      CommonOptions options,
      EventHandler<? super P> first,
      DeliveryOptions delivery)
      throws InterruptedException {
    var printing =
        new Printing<P>(
            first, new EventPrinter(out, options.output, describe), err, options.stop.count());
    return run(
        () -> {
          DeliveryOptions reporting = delivery.toBuilder().deadLetters(printing::report).build();
          Subscription subscription = source.subscribe(printing, reporting);
          return printing.doneOr(subscription.completion());
        },
        source::close,
        options.stop);
  }
}
