package dev.infraevents.samples.foundries.push;

import com.sun.net.httpserver.HttpServer;
import dev.infraevents.ConfigurationException;
import dev.infraevents.pubsub.push.PushHttpHandler;
import dev.infraevents.pubsub.push.PushReceiver;
import dev.infraevents.pubsub.push.PushVerifier;
import dev.infraevents.samples.cli.CommonOptions;
import dev.infraevents.samples.cli.Runner;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Takes the pushes of a FoundriesFactory, and prints what is genuine. */
@Command(
    name = "foundries-push",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Takes the pushes of a FoundriesFactory's event queue over plain HTTP, behind something that"
            + " speaks TLS, and prints the events of genuine ones to stdout.")
public final class FoundriesPush implements Callable<Integer> {

  /** More than push at a time: a thread is held while a request is read, and no longer. */
  private static final int THREADS = 16;

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "where to listen; 0 for any free port; default: 8080")
  int port;

  @Option(
      names = "--audience",
      required = true,
      paramLabel = "URL",
      description = "the URL that the queue was created with; pushes are expected on its path")
  String audience = "";

  @Option(
      names = "--service-account",
      paramLabel = "EMAIL",
      description = "whose pushes are genuine: an address or a numeric id; may be repeated")
  List<String> accounts = List.of();

  @Option(
      names = "--any-service-account",
      description =
          "accept pushes of any customer of Google's; only to learn the address from the first one")
  boolean anyAccount;

  @Option(
      names = "--certs-url",
      paramLabel = "URL",
      description = "where Google's keys are; plain http to this machine only; default: Google's")
  URI certsUrl = PushVerifier.GOOGLE_CERTS;

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
  public FoundriesPush(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws Exception {
    PushVerifier verifier = verifier();
    String path = path();
    PushReceiver receiver = PushReceiver.builder().verifier(verifier).path(path).build();
    HttpServer server = listen();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      server.setExecutor(threads);
      server.createContext("/", new FirstSender(verifier, new PushHttpHandler(receiver), err));
      server.start();
      if (anyAccount) {
        err.println(
            "# WARNING: any service account is accepted, so whoever knows the URL can push forged"
                + " events; run with --service-account as soon as the first push has come");
      }
      err.println("# listening on port " + server.getAddress().getPort() + ", path " + path);
      return new Runner(out, err).print(receiver, common);
    } finally {
      server.stop(0);
      threads.shutdown();
    }
  }

  /** What does not fit together before anything has come is the fault of the flags. */
  private PushVerifier verifier() {
    try {
      if (accounts.isEmpty() && !anyAccount) {
        throw new ConfigurationException(
            "give --service-account, or --any-service-account to learn it from the first push",
            null);
      }
      if (anyAccount && !accounts.isEmpty()) {
        throw new ConfigurationException(
            "give --service-account or --any-service-account, not both", null);
      }
      var verifier = PushVerifier.builder().audience(audience).certsUrl(certsUrl);
      if (anyAccount) {
        verifier.anyServiceAccount();
      }
      accounts.forEach(verifier::serviceAccount);
      return verifier.build();
    } catch (ConfigurationException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private String path() {
    try {
      URI url = URI.create(audience);
      if (url.getHost() != null) {
        return url.getRawPath().isEmpty() ? "/" : url.getRawPath();
      }
    } catch (IllegalArgumentException e) {
      // as below
    }
    throw new ParameterException(
        spec.commandLine(), "--audience has to be a URL such as https://hooks.example.com/events");
  }

  private HttpServer listen() {
    try {
      return HttpServer.create(new InetSocketAddress(port), 0);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigurationException("can not listen on port " + port + ": " + e.getMessage(), e);
    }
  }

  /**
   * Starts the command.
   *
   * @param args see {@code --help}
   */
  public static void main(String... args) {
    // The JDK's server waits for slow senders for ever unless it is told otherwise.
    if (System.getProperty("sun.net.httpserver.maxReqTime") == null) {
      System.setProperty("sun.net.httpserver.maxReqTime", "30");
    }
    Runner.main(FoundriesPush::new, args);
  }
}
