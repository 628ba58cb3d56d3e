package dev.infraevents.samples.quickstart;

import dev.infraevents.Event;
import dev.infraevents.EventRouter;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.garm.Garm;
import dev.infraevents.samples.cli.EventPrinter;
import dev.infraevents.samples.cli.Runner;
import dev.infraevents.samples.cli.SignalText;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.websocket.garm.GarmCredentials;
import dev.infraevents.websocket.garm.GarmEventSource;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/**
 * Starts a fake GARM server in this process, connects to it over a real websocket, lets it send
 * what a real server once sent, and prints the events as their types.
 */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = "Prints recorded events of every source, sent by fake servers over real sockets.")
public final class Quickstart implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final PrintStream out;
  private final PrintStream err;
  private final List<String> frames = GarmRecording.head().frames();
  private final CountDownLatch handled = new CountDownLatch(frames.size());

  /**
   * Makes the command.
   *
   * @param out takes the events
   * @param err takes everything else
   */
  public Quickstart(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (FakeGarm server = FakeGarm.start();
        GarmEventSource garm =
            GarmEventSource.builder()
                .url(server.url())
                .credentials(GarmCredentials.password(server.username(), server.password()))
                .build()) {
      Subscription subscription = garm.subscribe(router());
      server.awaitFilter(PATIENCE);
      frames.forEach(server::emitRaw);
      boolean complete = handled.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      subscription.close();
      balance("garm", subscription.stats(), complete);
      return 0;
    }
  }

  /** One handler for everything: a callback for each type that matters, one for the rest. */
  private EventRouter router() {
    return EventRouter.builder()
        .on(
            Garm.INSTANCE.updated(),
            e -> print(e, e.payload().status() + ", runner " + e.payload().runnerStatus()))
        .on(Garm.JOB.updated(), e -> print(e, e.payload().name() + ": " + e.payload().status()))
        .on(
            Garm.POOL.created(),
            e -> print(e, e.payload().maxRunners() + " runners of " + e.payload().image()))
        .otherwise(e -> print(e, e.payload().getClass().getSimpleName()))
        .onSignal(signal -> err.println("# " + SignalText.of(signal)))
        .build();
  }

  private void print(Event<?> event, String what) {
    out.println(EventPrinter.text(event, what));
    handled.countDown();
  }

  private void balance(String source, SubscriptionStats books, boolean complete) {
    out.println(source + ": " + books.balanceLine());
    if (!complete || !books.balances() || books.delivered() != frames.size()) {
      throw new IllegalStateException(
          source + ": " + frames.size() + " events were sent, but not all of them were delivered");
    }
  }

  /**
   * Starts the command.
   *
   * @param args none, or {@code --help}
   */
  public static void main(String... args) {
    Runner.main(Quickstart::new, args);
  }
}
