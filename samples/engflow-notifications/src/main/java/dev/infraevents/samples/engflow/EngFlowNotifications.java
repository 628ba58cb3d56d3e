package dev.infraevents.samples.engflow;

import dev.infraevents.Backoff;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.grpc.EngFlowEventSource;
import dev.infraevents.grpc.Forwarder;
import dev.infraevents.samples.cli.CommonOptions;
import dev.infraevents.samples.cli.DurationText;
import dev.infraevents.samples.cli.Runner;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Prints the notifications of an EngFlow cluster and forwards them, as the client of EngFlow's
 * public example does, and stays connected.
 */
@Command(
    name = "engflow-notifications",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints the notifications of an EngFlow cluster to stdout, and stays connected.")
public final class EngFlowNotifications implements Callable<Integer> {

  /** A hiccup of the server that is forwarded to must not cost a whole acknowledgement window. */
  private static final DeliveryOptions FORWARDING =
      DeliveryOptions.builder()
          .retry(5, new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5)))
          .build();

  @Option(
      names = "--notification_queue_endpoint",
      required = true,
      paramLabel = "ENDPOINT",
      description = "the cluster, such as grpcs://example.cluster.engflow.com")
  String endpoint = "";

  @Option(
      names = "--queue_name",
      defaultValue = "eventstore/lifecycle-events",
      paramLabel = "QUEUE",
      description = "default: ${DEFAULT-VALUE}")
  String queue = "";

  @Mixin final ClusterFlags cluster;

  @Option(
      names = "--forward",
      paramLabel = "ENDPOINT",
      description =
          "send each event there too, such as grpc://localhost:50051; what does not arrive there is"
              + " not acknowledged")
  String forward;

  @Option(
      names = "--with_invocations",
      description = "read the build events of each finished invocation as well")
  boolean withInvocations;

  @Option(
      names = "--ack_deadline",
      defaultValue = "60s",
      paramLabel = "DURATION",
      converter = DurationText.class,
      description =
          "how long the cluster waits for an acknowledgement before it delivers again, 30s to 300s;"
              + " default: ${DEFAULT-VALUE}")
  Duration ackDeadline;

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
  public EngFlowNotifications(PrintStream out, PrintStream err) {
    this(out, err, System.getenv());
  }

  EngFlowNotifications(PrintStream out, PrintStream err, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.cluster = new ClusterFlags(environment);
  }

  @Override
  public Integer call() throws InterruptedException {
    var runner = new Runner(out, err, EngFlowText::of);
    if (forward == null) {
      return runner.print(checked(this::source), common);
    }
    try (Forwarder forwarder = checked(this::forwarder)) {
      return runner.print(checked(this::source), common, forwarder, FORWARDING);
    }
  }

  private Forwarder forwarder() {
    return Forwarder.builder().endpoint(forward).build();
  }

  private EngFlowEventSource source() {
    EngFlowEventSource.Builder source =
        EngFlowEventSource.builder()
            .endpoint(endpoint)
            .queue(queue)
            .ackDeadline(ackDeadline)
            .credentials(cluster.credentials())
            .connection(cluster.connection());
    if (withInvocations) {
      source.withInvocations();
    }
    return source.build();
  }

  /** What does not fit together before anything is connected is the fault of the flags. */
  private <T> T checked(Supplier<T> made) {
    try {
      return made.get();
    } catch (ConfigurationException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /**
   * Starts the command.
   *
   * @param args see {@code --help}
   */
  public static void main(String... args) {
    Runner.main(EngFlowNotifications::new, args);
  }
}
