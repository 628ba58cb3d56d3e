package dev.infraevents.samples.quickstart;

import dev.infraevents.Event;
import dev.infraevents.EventRouter;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.engflow.EngFlow;
import dev.infraevents.engflow.PackedMessage;
import dev.infraevents.engflow.bazel.BazelBuildEvent;
import dev.infraevents.engflow.bazel.Finished;
import dev.infraevents.engflow.bazel.TestSummary;
import dev.infraevents.foundries.AppsStateChanged;
import dev.infraevents.foundries.Foundries;
import dev.infraevents.foundries.OtaCompleted;
import dev.infraevents.garm.Garm;
import dev.infraevents.grpc.BazelEvents;
import dev.infraevents.samples.cli.EventPrinter;
import dev.infraevents.samples.cli.Runner;
import dev.infraevents.samples.cli.SignalText;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/**
 * Starts a fake server of each source in this process, connects to it over a real socket, lets it
 * tell its events, and prints them as their types.
 */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = "Prints the events of every source, sent by fake servers over real sockets.")
public final class Quickstart implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<Supplier<Scene>> SCENES =
      List.of(GarmScene::new, EngFlowScene::new, FoundriesPullScene::new, FoundriesPushScene::new);

  private final PrintStream out;
  private final PrintStream err;
  private final Semaphore handled = new Semaphore(0);

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
    EventRouter router = router();
    for (Supplier<Scene> start : SCENES) {
      try (Scene scene = start.get()) {
        run(scene, router);
      }
    }
    return 0;
  }

  private void run(Scene scene, EventRouter router) throws InterruptedException {
    Subscription subscription = scene.source().subscribe(router);
    int events = scene.play(PATIENCE);
    boolean complete = handled.tryAcquire(events, PATIENCE.toSeconds(), TimeUnit.SECONDS);
    scene.awaitEnd(PATIENCE);
    subscription.close();
    SubscriptionStats books = subscription.stats();
    out.println(scene.name() + ": " + books.balanceLine());
    if (!complete || !books.balances() || books.delivered() != events) {
      throw new IllegalStateException(
          scene.name() + ": " + events + " events were sent, but not all of them were delivered");
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
        .on(EngFlow.BUILD_STARTED, e -> print(e, e.payload().keywords().toString()))
        .on(EngFlow.INVOCATION_FINISHED, e -> print(e, "invocation " + e.payload().invocationId()))
        .on(EngFlow.PROGRESS_BAZEL_EVENT, e -> print(e, bazel(e.payload().message())))
        .on(Foundries.OTA_STARTED, e -> print(e, "to " + e.payload().target()))
        .on(Foundries.OTA_COMPLETED, e -> print(e, outcome(e.payload())))
        .on(Foundries.APPS_STATE_CHANGED, e -> print(e, health(e.payload())))
        .otherwise(e -> print(e, e.payload().getClass().getSimpleName()))
        .onSignal(signal -> err.println("# " + SignalText.of(signal)))
        .build();
  }

  private static String bazel(PackedMessage message) {
    return BazelEvents.decode(message).map(Quickstart::outcome).orElse(message.messageName());
  }

  private static String outcome(BazelBuildEvent event) {
    if (event instanceof TestSummary test) {
      return test.label() + ": " + test.overallStatus();
    }
    return event instanceof Finished finished ? finished.exitCodeName() : event.id().kind();
  }

  private static String outcome(OtaCompleted update) {
    return update.target() + (Boolean.TRUE.equals(update.success()) ? " runs" : " does not run");
  }

  private static String health(AppsStateChanged state) {
    return state.apps().entrySet().stream()
        .map(app -> app.getKey() + ": " + app.getValue().health())
        .collect(Collectors.joining(", "));
  }

  private void print(Event<?> event, String what) {
    out.println(EventPrinter.text(event, what));
    handled.release();
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
