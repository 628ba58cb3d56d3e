package dev.infraevents.samples.foundries.listen;

import dev.infraevents.ConfigurationException;
import dev.infraevents.pubsub.FoundriesPullSource;
import dev.infraevents.samples.cli.CommonOptions;
import dev.infraevents.samples.cli.FoundriesText;
import dev.infraevents.samples.cli.Runner;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Prints the events of a pull queue of Foundries.io, as {@code fioctl event-queues listen} did, and
 * stays connected.
 */
@Command(
    name = "foundries-listen",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Prints the events of a pull queue of Foundries.io to stdout, acknowledges what is printed,"
            + " and stays connected.")
public final class FoundriesListen implements Callable<Integer> {

  @Option(
      names = "--credentials",
      paramLabel = "FILE",
      description = "what \"fioctl event-queues mk-pull\" has written; it names the queue")
  Path credentials;

  @Option(
      names = "--project",
      paramLabel = "ID",
      description =
          "instead of --credentials: the project of any subscription of Pub/Sub that has the"
              + " events, with Google's default credentials")
  String project;

  @Option(names = "--subscription", paramLabel = "ID", description = "goes with --project")
  String subscription;

  @Option(
      names = "--emulator",
      paramLabel = "HOST:PORT",
      description = "an emulator of Pub/Sub instead of Google's server (or PUBSUB_EMULATOR_HOST)")
  String emulator;

  @Mixin CommonOptions common = new CommonOptions();

  @Spec CommandSpec spec;

  private final PrintStream out;
  private final PrintStream err;

  /**
   * Makes the command.
   *
   * @param out takes the events
   * @param err takes everything else
   */
  public FoundriesListen(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws InterruptedException {
    return new Runner(out, err, FoundriesText::of).print(source(), common);
  }

  /** What does not fit together before anything is connected is the fault of the flags. */
  private FoundriesPullSource source() {
    try {
      FoundriesPullSource.Builder source = FoundriesPullSource.builder();
      queue(source);
      if (emulator != null) {
        source.emulator(emulator);
      }
      return source.build();
    } catch (ConfigurationException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void queue(FoundriesPullSource.Builder source) {
    boolean named = project != null && subscription != null;
    boolean partly = project != null || subscription != null;
    if (credentials != null && !partly) {
      source.credentialsFile(credentials);
    } else if (credentials == null && named) {
      source.subscription(project, subscription);
    } else {
      throw new ConfigurationException(
          "give either --credentials, or --project and --subscription", null);
    }
  }

  /**
   * Starts the command.
   *
   * @param args see {@code --help}
   */
  public static void main(String... args) {
    Runner.main(FoundriesListen::new, args);
  }
}
