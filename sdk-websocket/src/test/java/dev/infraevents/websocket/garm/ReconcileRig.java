package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.source;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.Backoff;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Reconciled;
import dev.infraevents.Subscription;
import dev.infraevents.garm.GarmFilter;
import dev.infraevents.garm.GarmPayload;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmVersion;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import okhttp3.OkHttpClient;

/** A subscription that is reconciled every minute of virtual time. */
final class ReconcileRig implements AutoCloseable {

  static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration NEVER = Duration.ofDays(900);

  final VirtualTime time = new VirtualTime();
  final Received received = new Received();
  final RestHook rest = new RestHook();
  final FakeGarm server;
  final GarmEventSource.Builder builder;
  EventHandler<GarmPayload> handler = received;
  GarmEventSource source;
  Subscription subscription;

  ReconcileRig(GarmVersion version) {
    server =
        FakeGarm.builder()
            .version(version)
            .clock(time.clock())
            .scheduler(time)
            .pingInterval(NEVER)
            .pongWait(NEVER)
            .start();
    builder =
        source(server)
            .reconcile(GarmReconciliation.every(INTERVAL))
            .httpClient(new OkHttpClient.Builder().addInterceptor(rest).build())
            .connection(
                ConnectionOptions.builder()
                    .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
                    .ping(NEVER, NEVER) // virtual time passes faster than any pong
                    .healthyAfter(NEVER) // so that all timers within an interval are for listings
                    .build())
            .timeSource(virtual(time));
  }

  ReconcileRig() {
    this(GarmVersion.HEAD);
  }

  /** Subscribes; the first listing is on its way. */
  ReconcileRig subscribe(DeliveryOptions options) {
    source = builder.build();
    subscription = source.subscribe(handler, options);
    return this;
  }

  /** Subscribes, and waits for the first listing and the one after the settling time. */
  ReconcileRig start(GarmFilter filter) {
    builder.filter(filter);
    return start();
  }

  ReconcileRig start() {
    subscribe(DeliveryOptions.DEFAULT);
    awaitPasses(1);
    pass();
    return this;
  }

  int passes() {
    return received.signals(Reconciled.class).size();
  }

  Reconciled awaitPasses(int count) {
    return received.awaitSignals(Reconciled.class, count).get(count - 1);
  }

  /** Lets time pass until the next listing, and waits for its end. */
  Reconciled pass() {
    int before = passes();
    advanceToListing();
    return awaitPasses(before + 1);
  }

  /**
   * Lets time pass until something is listed. A listing that is planned only after the last one has
   * ended is waited for; one that has begun shows as a request.
   */
  Duration advanceToListing() {
    int before = rest.calls().size();
    Duration passed = Duration.ZERO;
    while (true) {
      awaitTrue(() -> rest.calls().size() > before || isTimerDue(INTERVAL));
      if (rest.calls().size() > before) {
        return passed;
      }
      Duration next = time.nextDelay().orElse(Duration.ZERO);
      if (!next.isZero() && next.compareTo(INTERVAL) > 0) {
        continue; // taken by another thread
      }
      time.advance(next);
      passed = passed.plus(next);
    }
  }

  /** Lets the wait for the next connection pass; its filter is on the server then. */
  void awaitConnection(int number) {
    awaitTrue(
        () -> {
          time.advance(Duration.ofMillis(1));
          return received.signals(Connected.class).size() >= number;
        });
    GarmTests.connection(server, number);
  }

  /** As {@link #advanceToListing()}, for a listing that is planned beside that of the interval. */
  void advanceToListing(Duration exactly) {
    int before = rest.calls().size();
    awaitTrue(() -> isTimerDue(exactly));
    time.advance(exactly);
    awaitTrue(() -> rest.calls().size() > before);
  }

  private static void awaitTrue(Callable<Boolean> condition) {
    await()
        .atMost(Received.PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(condition);
  }

  private boolean isTimerDue(Duration within) {
    return time.nextDelay().filter(delay -> delay.compareTo(within) <= 0).isPresent();
  }

  /** The paths that were listed or got since a point in the list of all calls. */
  List<String> callsSince(int from) {
    List<String> calls = rest.calls();
    return calls.subList(from, calls.size());
  }

  /** What a later pass delivers although it should find nothing new. */
  void assertNothingNew() {
    int events = received.events().size();
    assertThat(pass().delivered()).isZero();
    assertThat(received.events().subList(events, received.events().size())).isEmpty();
  }

  /** Waits for all events so far, as "type subject", where each must be synthetic. */
  List<String> synthetic(int from, int count) {
    received.awaitEvents(from + count);
    List<Event<GarmPayload>> events = received.events();
    assertThat(events).hasSize(from + count);
    List<Event<GarmPayload>> last = events.subList(from, events.size());
    assertThat(last).allMatch(e -> "reconcile".equals(e.attributes().get(Event.ORIGIN)));
    return last.stream().map(ReconcileRig::text).toList();
  }

  static String text(Event<GarmPayload> event) {
    return event.type().name().substring("garm.".length()) + " " + event.subject();
  }

  @Override
  public void close() {
    rest.clear();
    if (subscription != null) {
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
      source.close();
    }
    server.close();
    // A listing that is just ending cancels what it has planned by itself.
    awaitTrue(() -> time.pendingTasks() == 0);
  }
}
