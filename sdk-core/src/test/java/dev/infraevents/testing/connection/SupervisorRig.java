package dev.infraevents.testing.connection;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.SourceStatus;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.TokenProvider;
import dev.infraevents.internal.Timing;
import dev.infraevents.internal.connection.ConnectionSupervisor;
import dev.infraevents.internal.delivery.DeliveryEngine;
import dev.infraevents.internal.delivery.EngineProfile;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A supervisor in virtual time, with everything around it on the test's own thread: connections are
 * opened, signals heard and events handled before the call that led to them returns.
 */
public final class SupervisorRig {

  public final VirtualTime time = new VirtualTime();
  public final FakeTransport transport = new FakeTransport();
  public final List<SourceSignal> signals = new CopyOnWriteArrayList<>();
  public final List<String> events = new CopyOnWriteArrayList<>();
  public final List<Optional<SourceException>> ends = new CopyOnWriteArrayList<>();

  /** What the jitter draws: almost the ceiling, unless the test says otherwise. */
  public volatile double random = 0.999;

  public ConnectionOptions options = ConnectionOptions.DEFAULT;
  public volatile @Nullable TokenProvider tokens;
  public volatile Executor connector = Runnable::run;
  public Executor handlers = Runnable::run;
  public DeliveryOptions delivery = DeliveryOptions.DEFAULT;
  public boolean demandDriven;
  private Consumer<String> onEvent = event -> {};
  private Consumer<SourceSignal> onSignal = signal -> {};
  private @Nullable ConnectionSupervisor<String> supervisor;
  private @Nullable DeliveryEngine<String> engine;

  public SupervisorRig start() {
    var timing = new Timing(new TimeSource(time.clock(), time::nanoTime, time));
    engine =
        new DeliveryEngine<>(
            new EngineProfile(TextMessage.SOURCE, Set.of(), demandDriven),
            (event, delivery) -> handle(event.payload()),
            delivery,
            timing,
            handlers,
            signals::add,
            error -> {},
            () -> {});
    supervisor =
        new ConnectionSupervisor<>(
            TextMessage.SOURCE,
            options,
            tokens == null ? null : () -> tokens.fetch(),
            transport,
            engine,
            timing,
            task -> connector.execute(task),
            () -> random,
            this::hear,
            error -> ends.add(Optional.ofNullable(error)));
    supervisor.start();
    return this;
  }

  private void handle(String event) {
    events.add(event);
    onEvent.accept(event);
  }

  /** Does something in the handler, which is on the thread that brought the message. */
  public void onEvent(Consumer<String> task) {
    onEvent = task;
  }

  public void onSignal(Consumer<SourceSignal> task) {
    onSignal = task;
  }

  private void hear(SourceSignal signal) {
    signals.add(signal);
    onSignal.accept(signal);
  }

  /** Lets time pass in which every open connection shows life. */
  public void keepsAliveFor(Duration duration) {
    Duration step = Duration.ofSeconds(10);
    Duration left = duration;
    for (; left.compareTo(step) > 0; left = left.minus(step)) {
      passes(step);
      transport.connections().forEach(FakeConnection::showsLife);
    }
    passes(left);
    transport.connections().forEach(FakeConnection::showsLife);
  }

  public ConnectionSupervisor<String> supervisor() {
    return supervisor;
  }

  public SourceStatus status() {
    return supervisor.status();
  }

  public SourceState state() {
    return status().state();
  }

  public SubscriptionStats stats() {
    return engine.stats();
  }

  public FakeConnection connection() {
    return transport.latest();
  }

  public void passes(Duration duration) {
    time.advance(duration);
  }

  public Instant now() {
    return time.clock().instant();
  }

  /** How long until the next attempt. */
  public Duration wait(SourceStatus status) {
    return Duration.between(now(), status.nextRetry());
  }

  /** Lets the wait for the next attempt pass. */
  public FakeConnection reconnects() {
    passes(wait(status()));
    return connection();
  }

  public <S extends SourceSignal> List<S> signals(Class<S> kind) {
    return signals.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The kinds of signals so far, for assertions on order. */
  public List<String> signalNames() {
    return signals.stream().map(signal -> signal.getClass().getSimpleName()).toList();
  }
}
