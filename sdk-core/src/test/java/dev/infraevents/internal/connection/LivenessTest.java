package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceSignal;
import dev.infraevents.SourceState;
import dev.infraevents.TransportException;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class LivenessTest {

  private static final Duration LIMIT = Duration.ofSeconds(8);

  private final SupervisorRig rig = new SupervisorRig();

  private FakeConnection streaming() {
    rig.options =
        ConnectionOptions.builder().ping(Duration.ofSeconds(5), Duration.ofSeconds(3)).build();
    rig.start();
    return rig.connection().streams();
  }

  @Test
  void aHalfOpenConnectionIsDetectedWithinPingIntervalPlusPongTimeout() {
    FakeConnection silent = streaming();
    rig.passes(LIMIT.minusNanos(1));
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    rig.passes(Duration.ofNanos(1));
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    assertThat(silent.isClosed()).isTrue();
    assertThat(rig.status().lastError())
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("silent for 8000 ms");
  }

  @Test
  void aTransportThatHasToPingLessMayBeSilentForLonger() {
    FakeConnection connection = streaming();
    rig.transport.pingsEvery(Duration.ofSeconds(50));
    connection.showsLife();
    rig.passes(Duration.ofSeconds(53).minusNanos(1));
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    rig.passes(Duration.ofNanos(1));
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
  }

  @Test
  void aTransportWithoutAPeerMayBeSilentForEver() {
    rig.transport.pingsEvery(Duration.ZERO);
    streaming();
    rig.passes(Duration.ofDays(40));
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
  }

  static Stream<Named<Consumer<FakeConnection>>> signsOfLife() {
    return Stream.of(
        Named.of("bytes", FakeConnection::showsLife),
        Named.of("a message", connection -> connection.sends("a")),
        Named.of("a message that can not be read", connection -> connection.sendsGarbage("?")));
  }

  @ParameterizedTest
  @MethodSource("signsOfLife")
  void anySignOfLifeStartsTheLimitAnew(Consumer<FakeConnection> sign) {
    FakeConnection connection = streaming();
    for (int i = 0; i < 20; i++) {
      rig.passes(LIMIT.minusMillis(1));
      sign.accept(connection);
    }
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    rig.passes(LIMIT);
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
  }

  @Test
  void aBusyConnectionIsLookedAtNoMoreThanOncePerPingInterval() {
    FakeConnection connection = streaming();
    int wakeups = 0;
    for (int i = 0; i < 800; i++) {
      wakeups += rig.time.advance(Duration.ofMillis(100));
      connection.showsLife();
    }
    // 80 s: one look for each 5 s, and one for the end of the 60 s of health.
    assertThat(wakeups).isBetween(10, 17);
  }

  @Test
  void aQuietConnectionWakesNothingBetweenItsPings() {
    FakeConnection connection = streaming();
    rig.passes(Duration.ofSeconds(1));
    int between = 0;
    for (int i = 0; i < 10; i++) {
      between += rig.time.advance(Duration.ofSeconds(4));
      rig.passes(Duration.ofMillis(100));
      connection.showsLife(); // the answer
      rig.passes(Duration.ofMillis(900));
    }
    assertThat(between).isZero();
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
  }

  @Test
  void aReaderThatIsHeldUpByAFullBufferIsNotTakenForSilence() {
    FakeConnection connection = streaming();
    rig.onEvent(event -> rig.passes(LIMIT.multipliedBy(3)));
    connection.sends("slow");
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    rig.passes(LIMIT);
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
  }

  @Test
  void theGapBeginsWithTheLastSignOfLife() {
    FakeConnection connection = streaming();
    rig.passes(Duration.ofSeconds(6));
    connection.showsLife();
    var lastHeard = rig.now();
    rig.passes(LIMIT);
    rig.reconnects().streams();
    assertThat(rig.signals(SourceSignal.GapPossible.class))
        .singleElement()
        .satisfies(gap -> assertThat(gap.from()).isEqualTo(lastHeard))
        .satisfies(gap -> assertThat(gap.to()).isEqualTo(rig.now()));
  }
}
