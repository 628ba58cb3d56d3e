package dev.infraevents.samples.garm;

import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.TlsOptions;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.samples.cli.CommonOptions;
import dev.infraevents.samples.cli.Runner;
import dev.infraevents.websocket.garm.GarmCredentials;
import dev.infraevents.websocket.garm.GarmEventSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

  @Option(
      names = "--token",
      defaultValue = "${env:GARM_TOKEN}",
      description = "an admin's token (or GARM_TOKEN)")
  String token;

  @Option(names = "--token-file", paramLabel = "FILE", description = "a file that holds the token")
  Path tokenFile;

  @Option(names = "--username", defaultValue = "admin", description = "default: ${DEFAULT-VALUE}")
  String username = "admin";

  @Option(
      names = "--password",
      defaultValue = "${env:GARM_PASSWORD}",
      description = "the user's password (or GARM_PASSWORD)")
  String password;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "a file that holds the password")
  Path passwordFile;

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

  @Option(names = "--ca", paramLabel = "FILE", description = "certificates to trust, in PEM")
  Path ca;

  @Mixin CommonOptions common = new CommonOptions();

  private final PrintStream out;
  private final PrintStream err;

  /**
   * Makes the command.
   *
   * @param out takes the events
   * @param err takes everything else
   */
  public GarmEvents(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws Exception {
    var source =
        GarmEventSource.builder()
            .url(url)
            .credentials(credentials())
            .filter(filter())
            .connection(connection())
            .build();
    return new Runner(out, err).print(source, common);
  }

  private GarmCredentials credentials() {
    String secret = secret(token, tokenFile);
    if (secret != null) {
      return GarmCredentials.token(secret);
    }
    secret = secret(password, passwordFile);
    if (secret != null) {
      return GarmCredentials.password(username, secret);
    }
    throw new ConfigurationException(
        "give a token (--token, --token-file, GARM_TOKEN) or a password (--password,"
            + " --password-file, GARM_PASSWORD)",
        null);
  }

  private static String secret(String value, Path file) {
    if (file == null) {
      return value == null || value.isEmpty() ? null : value;
    }
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new ConfigurationException("can not read " + file, e);
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
    Runner.main(new GarmEvents(System.out, System.err), args);
  }
}
