package dev.infraevents.samples.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.samples.cli.CommonOptions;
import dev.infraevents.samples.cli.DurationText;
import dev.infraevents.samples.cli.Runner;
import dev.infraevents.websocket.garm.GarmEventSource;
import dev.infraevents.websocket.garm.GarmReconciliation;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Prints the events of a GARM server, as {@code garm-cli debug-events} does, and stays connected.
 */
@Command(
    name = "garm-events",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints the events of a GARM server to stdout, and stays connected.")
public final class GarmEvents implements Callable<Integer> {

  @Option(names = "--url", required = true, description = "such as https://garm.example.com")
  String url = "";

  @Mixin CredentialFlags login = new CredentialFlags();

  @Option(
      names = "--filters",
      paramLabel = "JSON",
      description = "a filter as garm-cli takes it; default: everything")
  String filters;

  @Option(
      names = "--entity",
      paramLabel = "TYPE[:OPERATIONS]",
      description = "such as instance:create,delete or pool; may be repeated")
  List<String> entities = List.of();

  @Option(
      names = "--reconcile",
      arity = "0..1",
      fallbackValue = "5m",
      paramLabel = "INTERVAL",
      converter = DurationText.class,
      description =
          "list the server's state after each connect and then every 5m, or as often as said, and"
              + " print what the stream has missed")
  Duration reconcile;

  @Option(names = "--ca", paramLabel = "FILE", description = "certificates to trust, in PEM")
  Path ca;

  @Mixin CommonOptions common = new CommonOptions();

  @Spec CommandSpec spec;

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;

  /**
   * Makes the command.
   *
   * @param out takes the events
   * @param err takes everything else
   */
  public GarmEvents(PrintStream out, PrintStream err) {
    this(out, err, System.getenv());
  }

  GarmEvents(PrintStream out, PrintStream err, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    return new Runner(out, err).print(source(), common);
  }

  /** What does not fit together before anything is connected is the fault of the flags. */
  private GarmEventSource source() {
    try {
      GarmEventSource.Builder source =
          GarmEventSource.builder()
              .url(url)
              .credentials(login.credentials(environment))
              .filter(filter())
              .connection(connection());
      if (reconcile != null) {
        source.reconcile(GarmReconciliation.every(reconcile));
      }
      return source.build();
    } catch (ConfigurationException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private GarmFilter filter() {
    if (filters != null && !entities.isEmpty()) {
      throw new ConfigurationException("give --filters or --entity, not both", null);
    }
    return filters != null ? GarmFilter.parse(filters) : EntityFlags.filter(entities);
  }

  private ConnectionOptions connection() {
    return ca == null
        ? ConnectionOptions.DEFAULT
        : ConnectionOptions.builder()
            .tls(TlsOptions.builder().trustedCertificates(ca).build())
            .build();
  }

  /**
   * Starts the command.
   *
   * @param args see {@code --help}
   */
  public static void main(String... args) {
    Runner.main(GarmEvents::new, args);
  }
}
