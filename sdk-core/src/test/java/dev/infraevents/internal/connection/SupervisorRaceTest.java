package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.SourceState;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the order in which threads get their turn, some things must always hold. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class SupervisorRaceTest {

  private static final int STEPS = 2_000;

  private final SupervisorRig rig = new SupervisorRig();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void signalsAlternateAndNothingStaysBehind(long seed) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    rig.connector = threads;
    rig.start();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Random random = new Random(seed * 31 + i);
      running.add(threads.submit(() -> actAtRandom(random)));
    }
    running.add(threads.submit(this::letTimePass));
    for (Future<?> one : running) {
      one.get();
    }
    Future<?> first = threads.submit(() -> rig.supervisor().close(null));
    rig.supervisor().close(null);
    first.get();
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

    assertThat(rig.state()).isEqualTo(SourceState.CLOSED);
    assertThat(rig.time.pendingTasks()).isZero();
    assertThat(rig.transport.connections()).allMatch(FakeConnection::isClosed);
    assertSignalsAlternate();
  }

  private void actAtRandom(Random random) {
    for (int i = 0; i < STEPS; i++) {
      List<FakeConnection> all = rig.transport.connections();
      if (all.isEmpty()) {
        continue;
      }
      FakeConnection one = all.get(Math.max(0, all.size() - 1 - random.nextInt(3)));
      switch (random.nextInt(5)) {
        case 0, 1 -> one.streams();
        case 2 -> one.breaks();
        case 3 -> one.showsLife();
        default -> rig.status();
      }
    }
  }

  private void letTimePass() {
    for (int i = 0; i < STEPS; i++) {
      rig.passes(Duration.ofMillis(500));
    }
  }

  /** Connected, Disconnected, ... and each gap directly after the Connected that it belongs to. */
  private void assertSignalsAlternate() {
    boolean connected = false;
    String before = "";
    for (String signal : rig.signalNames()) {
      switch (signal) {
        case "Connected" -> {
          assertThat(connected).isFalse();
          connected = true;
        }
        case "Disconnected" -> connected = false;
        default -> assertThat(before).isEqualTo("Connected");
      }
      before = signal;
    }
    assertThat(rig.signals(GapPossible.class)).allMatch(gap -> !gap.from().isAfter(gap.to()));
  }
}
