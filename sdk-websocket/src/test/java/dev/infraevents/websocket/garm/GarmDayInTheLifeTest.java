package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.source;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.Backoff;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.CredentialsRefreshed;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.Reconciled;
import dev.infraevents.Subscription;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmVersion;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens in between, a consumer that folds the events ends up with the server's state. A
 * failure names its seed; more seeds: {@code -Ddev.infraevents.seeds=50}.
 */
@ExtendWith(LeakCheck.class)
class GarmDayInTheLifeTest {

  private static final int CHANGES = 50_000;
  private static final Duration TOKEN_LIFE = Duration.ofHours(24);
  private static final Duration INTERVAL = Duration.ofMinutes(10);

  static Stream<Arguments> days() {
    int seeds = Integer.getInteger("dev.infraevents.seeds", 2);
    return Stream.of(GarmVersion.values())
        .flatMap(
            version -> IntStream.range(0, seeds).mapToObj(seed -> Arguments.of(version, seed)));
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("days")
  void theFoldedStateEqualsTheServersInTheEnd(GarmVersion version, int seed) {
    try (Day day = new Day(version, seed)) {
      day.passes(CHANGES);
      day.ends();
      day.assertStateIsTheServers();
    }
  }

  /** One server, one consumer, and what happens to them. */
  private static final class Day implements AutoCloseable {
    private final VirtualTime time = new VirtualTime();
    private final Instant began = time.clock().instant();
    private final Random random;
    private final Received signals = new Received();
    private final FoldedState folded = new FoldedState(signals);
    private final FakeGarm server;
    private final GarmTraffic traffic;
    private final GarmEventSource source;
    private final Subscription subscription;
    private int connections = 1;
    private int losses;

    Day(GarmVersion version, int seed) {
      this.random = new Random(31L * seed + version.name().hashCode());
      this.server =
          FakeGarm.builder()
              .version(version)
              .clock(time.clock())
              .scheduler(time)
              .pingInterval(Duration.ofDays(900))
              .pongWait(Duration.ofDays(900))
              .tokenTimeToLive(TOKEN_LIFE)
              .start();
      this.traffic = new GarmTraffic(server, version, random);
      this.source =
          source(server)
              .reconcile(GarmReconciliation.every(INTERVAL))
              .connection(
                  ConnectionOptions.builder()
                      .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
                      // Virtual time passes faster than any answer.
                      .connectTimeout(Duration.ofDays(1))
                      .ping(Duration.ofDays(900), Duration.ofDays(900))
                      .build())
              .timeSource(virtual(time))
              .build();
      // In every other day the consumer is overrun now and then, too.
      DeliveryOptions.Builder options = DeliveryOptions.builder();
      if (seed % 2 == 1) {
        options.buffer(200, 1 << 24).overflow(OverflowPolicy.dropOldest());
      }
      this.subscription = source.subscribe(folded, options.build());
      signals.awaitSignals(Connected.class, 1);
      server.awaitFilter(Received.PATIENCE);
    }

    void passes(int changes) {
      for (int done = 0; done < changes; ) {
        int burst = 20 + random.nextInt(180);
        for (int i = 0; i < burst; i++) {
          traffic.change();
        }
        done += burst;
        incident();
      }
    }

    private void incident() {
      switch (random.nextInt(40)) {
        case 0, 1 -> cut(Fault.reset());
        case 2 -> cut(Fault.wrongClose(1001, "proxy restarts"));
        case 3 -> cut(Fault.restart());
        case 4 -> outage();
        case 5, 6, 7 -> server.inject(Fault.silentDrop(1 + random.nextInt(20)));
        case 8, 9 -> server.inject(Fault.reorder(2 + random.nextInt(10), random.nextLong()));
        case 10 -> server.inject(Fault.duplicate());
        case 11, 12, 13 -> server.heal();
        case 14 -> time.advance(INTERVAL);
        case 15 -> renew();
        default -> {}
      }
    }

    private void cut(Fault fault) {
      server.inject(fault);
      awaitReconnect();
    }

    private void outage() {
      server.inject(Fault.outage());
      signals.awaitSignals(Disconnected.class, losses + 1);
      for (int i = 0; i < 50; i++) {
        traffic.change();
      }
      server.heal();
      awaitReconnect();
    }

    private void awaitReconnect() {
      int before = signals.signals(Connected.class).size();
      signals.awaitSignals(Disconnected.class, ++losses);
      // Attempts may fail until the server is back; each waits in virtual time.
      await()
          .atMost(Received.PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                time.advance(Duration.ofMillis(25));
                return signals.signals(Connected.class).size() > connections;
              });
      losses = signals.signals(Disconnected.class).size();
      connections = Math.max(before + 1, signals.signals(Connected.class).size());
      server.awaitFilter(Received.PATIENCE);
      time.advance(Duration.ofSeconds(6)); // past the settling time
    }

    // The next connection is opened before the token expires, and events go on meanwhile.
    private void renew() {
      int upgrades = server.connections().size();
      long repeated = subscription.stats().deduplicated();
      time.advance(Duration.between(time.clock().instant(), renewal()).plusSeconds(1));
      server
          .awaitConnections(upgrades + 1, Received.PATIENCE)
          .get(upgrades)
          .awaitFilter(Received.PATIENCE);
      signals.awaitSignals(Connected.class, ++connections);
      for (int i = 0; i < 100; i++) {
        traffic.change();
      }
      // Both connections are read in real time: only then may the overlap end in virtual time.
      await().atMost(Received.PATIENCE).until(() -> subscription.stats().deduplicated() > repeated);
      time.advance(Duration.ofSeconds(30));
    }

    /** Five minutes before the newest token expires. */
    private Instant renewal() {
      List<CredentialsRefreshed> tokens = signals.signals(CredentialsRefreshed.class);
      Instant expiry = tokens.isEmpty() ? null : tokens.get(tokens.size() - 1).expiresAt();
      return (expiry == null ? began.plus(TOKEN_LIFE) : expiry).minus(Duration.ofMinutes(5));
    }

    void ends() {
      server.heal();
      // Once this has come, everything before it has.
      String last = server.create("organization", "{\"name\":\"last\"}");
      await()
          .atMost(Received.PATIENCE)
          .until(() -> folded.of("organization").toString().contains(last));
      int passes = signals.signals(Reconciled.class).size();
      await()
          .atMost(Received.PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                time.advance(INTERVAL);
                return signals.signals(Reconciled.class).size() >= passes + 2;
              });
      await().atMost(Received.PATIENCE).until(() -> subscription.stats().inFlight() == 0);
    }

    void assertStateIsTheServers() {
      for (String type : traffic.types()) {
        List<String> truth = server.entities().list(type);
        assertThat(folded.of(type))
            .as(type)
            .containsExactlyElementsOf(FoldedState.comparable(type, truth));
      }
      assertThat(folded.regressions()).isEmpty();
      assertThat(folded.synthetic()).isPositive();
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
    }

    @Override
    public void close() {
      subscription.close();
      source.close();
      server.close();
    }
  }
}
