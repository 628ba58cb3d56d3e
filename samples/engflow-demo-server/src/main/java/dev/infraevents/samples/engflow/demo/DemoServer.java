package dev.infraevents.samples.engflow.demo;

import dev.infraevents.samples.cli.Runner;
import dev.infraevents.samples.cli.StopOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints what is forwarded to it, as the server of EngFlow's public example does. */
@Command(
    name = "engflow-demo-server",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints what engflow-notifications --forward sends to it, one event per line.")
public final class DemoServer implements Callable<Integer> {

  private static final int LAST_PORT = 65_535;

  @Option(
      names = "--port",
      defaultValue = "50051",
      description = "where to listen; default: ${DEFAULT-VALUE}, 0 for any free port")
  int port;

  @Mixin StopOptions stop = new StopOptions();

  @Spec CommandSpec spec;

  private final PrintStream out;
  private final PrintStream err;

  /**
   * Makes the command.
   *
   * @param out takes what is forwarded
   * @param err takes everything else
   */
  public DemoServer(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (port < 0 || port > LAST_PORT) {
      throw new ParameterException(
          spec.commandLine(), "--port " + port + ": ports are 0 to " + LAST_PORT);
    }
    var done = new CompletableFuture<Void>();
    var server = new ForwardingServer(port, new PrintingService(out, stop.count(), done));
    return Runner.run(
        () -> {
          err.println("# listening on port " + server.port());
          return done;
        },
        server::close,
        stop);
  }

  /**
   * Starts the command.
   *
   * @param args see {@code --help}
   */
  public static void main(String... args) {
    Runner.main(DemoServer::new, args);
  }
}
