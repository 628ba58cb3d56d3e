package dev.infraevents.samples.foundries.queues;

import dev.infraevents.ConfigurationException;
import dev.infraevents.pubsub.queues.EventQueues;
import dev.infraevents.samples.cli.Runner;
import dev.infraevents.samples.cli.StopOptions;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * Manages the event queues of a Foundries.io factory, as {@code fioctl event-queues} does: one verb
 * per call.
 */
@Command(
    name = "foundries-queues",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    description = "Manages the event queues of a Foundries.io factory.")
public final class FoundriesQueues {

  /** On Ctrl-C: a request ends at once, so this is never waited for. */
  private static final long PATIENCE_SECONDS = 5;

  @Mixin ApiFlags api = new ApiFlags();

  @Spec CommandSpec spec;

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;

  /**
   * Makes the command.
   *
   * @param out takes the queues
   * @param err takes everything else
   */
  public FoundriesQueues(PrintStream out, PrintStream err) {
    this(out, err, System.getenv());
  }

  FoundriesQueues(PrintStream out, PrintStream err, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  @Command(name = "list", description = "Prints the queues, one per line.")
  int list(
      @Option(
              names = "--output",
              defaultValue = "text",
              paramLabel = "text|json|raw",
              description =
                  "text: readable; json: one object per line; raw: each object as the server sent"
                      + " it")
          QueueOutput output)
      throws InterruptedException {
    return run("list", queues -> queues.list().forEach(queue -> out.println(output.line(queue))));
  }

  @Command(
      name = "mk-push",
      aliases = "mk",
      description = "Creates a queue whose events are posted to a URL.")
  int makePush(
      @Parameters(paramLabel = "LABEL", description = "the name of the queue") String label,
      @Parameters(paramLabel = "URL", description = "https, with a public certificate") URI url)
      throws InterruptedException {
    return run(
        "mk-push",
        queues -> {
          queues.createPush(label, url);
          err.println("# created; the first event may take five minutes");
        });
  }

  @Command(
      name = "mk-pull",
      description = {
        "Creates a queue to pull from, and keeps the key for it.",
        "Foundries.io has deprecated pull queues."
      })
  int makePull(
      @Parameters(paramLabel = "LABEL", description = "the name of the queue") String label,
      @Parameters(
              paramLabel = "FILE",
              description = "takes the credentials, which are given out only once; must not exist")
          Path file)
      throws InterruptedException {
    return run(
        "mk-pull",
        queues -> {
          queues.createPull(label, file);
          err.println("# created, credentials in " + file + "; Foundries.io has deprecated this");
        });
  }

  @Command(name = "rm", description = "Deletes a queue, with all events that wait in it.")
  int remove(@Parameters(paramLabel = "LABEL", description = "the name of the queue") String label)
      throws InterruptedException {
    return run(
        "rm",
        queues -> {
          queues.delete(label);
          err.println("# deleted");
        });
  }

  /** Ctrl-C ends what is under way, which then says whether it may have been done all the same. */
  private int run(String verb, Consumer<EventQueues> call) throws InterruptedException {
    EventQueues queues = queues(verb);
    var done = new CompletableFuture<Void>();
    Thread worker =
        new Thread(
            () -> {
              try {
                call.accept(queues);
                done.complete(null);
              } catch (RuntimeException e) {
                if (Thread.interrupted()) {
                  err.println("# " + e.getMessage());
                }
                done.completeExceptionally(e);
              }
            },
            verb);
    return Runner.run(
        () -> {
          worker.start();
          return done;
        },
        () -> end(worker),
        new StopOptions());
  }

  private static void end(Thread worker) {
    worker.interrupt();
    try {
      TimeUnit.SECONDS.timedJoin(worker, PATIENCE_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What does not fit together before anything is sent is the fault of the flags. */
  private EventQueues queues(String verb) {
    try {
      return api.queues(environment);
    } catch (ConfigurationException e) {
      throw new ParameterException(spec.subcommands().get(verb), e.getMessage(), e);
    }
  }

  /**
   * Starts the command.
   *
   * @param args see {@code --help}
   */
  public static void main(String... args) {
    Runner.main(FoundriesQueues::new, args);
  }
}
