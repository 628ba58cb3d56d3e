package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.TransportException;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testing.connection.TextMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class GapSignalTest {

  private final SupervisorRig rig = new SupervisorRig();

  @Test
  void theFirstConnectionIsNoGap() {
    rig.start();
    rig.connection().breaks();
    rig.reconnects().breaks();
    rig.reconnects().streams();
    assertThat(rig.signals(GapPossible.class)).isEmpty();
  }

  @Test
  void everyReconnectThatDoesNotResumeIsAGap() {
    rig.start();
    for (int i = 1; i <= 3; i++) {
      FakeConnection connection = i == 1 ? rig.connection() : rig.reconnects();
      connection.streams();
      assertThat(rig.signals(GapPossible.class)).hasSize(i - 1);
      connection.breaks();
    }
  }

  @Test
  void aResumedConnectionIsNoGap() {
    rig.start();
    rig.connection().streams().breaks();
    rig.reconnects().resumes();
    assertThat(rig.signals(GapPossible.class)).isEmpty();
    assertThat(rig.signals(Connected.class))
        .extracting(Connected::resumed)
        .containsExactly(false, true);
  }

  @Test
  void theGapSpansFromTheLastSignOfLifeToTheNewConnection() {
    rig.start();
    rig.connection().streams();
    rig.passes(Duration.ofSeconds(3));
    rig.connection().sends("the last one");
    Instant last = rig.now();
    rig.passes(Duration.ofSeconds(4));
    rig.connection().breaks();
    rig.reconnects().breaks();
    FakeConnection again = rig.reconnects();
    rig.passes(Duration.ofSeconds(2));
    again.streams();

    assertThat(rig.signals(GapPossible.class))
        .singleElement()
        .satisfies(
            gap -> {
              assertThat(gap.from()).isEqualTo(last);
              assertThat(gap.to()).isEqualTo(rig.now());
              assertThat(gap.at()).isEqualTo(rig.now());
              assertThat(gap.dropped()).isZero();
              assertThat(gap.source()).isEqualTo(TextMessage.SOURCE);
            });
  }

  @Test
  void signalsComeInTheOrderOfWhatHappened() {
    rig.start();
    rig.connection().streams().breaks();
    rig.reconnects().breaks();
    rig.reconnects().streams();
    assertThat(rig.signalNames())
        .containsExactly("Connected", "Disconnected", "Disconnected", "Connected", "GapPossible");
  }

  @Test
  void aDisconnectionSaysWhyAndWhatIsNext() {
    rig.start();
    var cause = new TransportException("connection reset", null);
    rig.connection().fails(cause);
    assertThat(rig.signals(Disconnected.class))
        .singleElement()
        .satisfies(
            gone -> {
              assertThat(gone.cause()).isSameAs(cause);
              assertThat(gone.epoch()).isEqualTo(1);
              assertThat(rig.now().plus(gone.retryIn())).isEqualTo(rig.status().nextRetry());
            });
  }

  @Test
  void signalsKeepTheirOrderWhenAListenerCausesMoreOfThem() {
    rig.start();
    rig.onSignal(
        signal -> {
          if (signal instanceof Connected && rig.signals(Connected.class).size() == 1) {
            rig.connection().breaks();
          }
        });
    rig.connection().streams();
    rig.reconnects().streams();
    assertThat(rig.signalNames())
        .containsExactly("Connected", "Disconnected", "Connected", "GapPossible");
  }

  @Test
  void aListenerThatThrowsDoesNotKeepTheConnectionFromGoingOn() {
    rig.start();
    rig.onSignal(
        signal -> {
          throw new IllegalStateException("listener");
        });
    rig.connection().streams().breaks();
    rig.reconnects().streams();
    assertThat(rig.signalNames())
        .containsExactly("Connected", "Disconnected", "Connected", "GapPossible");
  }
}
