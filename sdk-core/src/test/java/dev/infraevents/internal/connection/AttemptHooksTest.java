package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.Reconciled;
import dev.infraevents.Token;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testing.connection.TextMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an attempt offers to a transport besides its stream. */
@ExtendWith(LeakCheck.class)
class AttemptHooksTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final SupervisorRig rig = new SupervisorRig();
  private final List<String> ran = new ArrayList<>();

  private FakeConnection streaming() {
    rig.start();
    return rig.connection().streams();
  }

  private static boolean backfill(FakeConnection connection, String text) {
    return connection.context().backfill(new TextMessage(text));
  }

  @Test
  void backfillIsNoSignOfLife() {
    FakeConnection connection = streaming();
    Duration silence = rig.options.pingInterval().plus(rig.options.pongTimeout());
    rig.passes(silence.minus(SECOND));
    assertThat(backfill(connection, "a")).isTrue();
    assertThat(rig.events).containsExactly("a");
    assertThat(rig.signals(Disconnected.class)).isEmpty();
    rig.passes(SECOND);
    assertThat(rig.signals(Disconnected.class)).hasSize(1);
  }

  @Test
  void backfillOfAnAttemptThatIsOverIsIgnored() {
    FakeConnection connection = streaming();
    connection.breaks();
    assertThat(backfill(connection, "a")).as("nobody is to try again").isTrue();
    assertThat(rig.events).isEmpty();
    assertThat(rig.stats().received()).isZero();
  }

  @Test
  void backfillIsNotComparedWithWhatAnOverlappingConnectionBrings() {
    rig.transport.withTokensThatEndConnections();
    rig.tokens = () -> new Token("t" + rig.transport.attempts(), rig.now().plusSeconds(3_600));
    FakeConnection old = streaming();
    rig.keepsAliveFor(Duration.ofMinutes(55));
    FakeConnection next = rig.connection().streams();
    assertThat(next).isNotSameAs(old);
    old.sends("a");
    assertThat(backfill(next, "a")).isTrue();
    next.sends("a");
    assertThat(rig.events).containsExactly("a", "a");
    assertThat(rig.stats().deduplicated()).isEqualTo(1);
  }

  @Test
  void aScheduledTaskRunsInItsTime() {
    FakeConnection connection = streaming();
    connection.context().schedule(() -> ran.add("a"), SECOND);
    rig.passes(SECOND.minusNanos(1));
    assertThat(ran).isEmpty();
    rig.passes(Duration.ofNanos(1));
    assertThat(ran).containsExactly("a");
  }

  @Test
  void aScheduledTaskEndsWithItsAttempt() {
    FakeConnection connection = streaming();
    connection.context().schedule(() -> ran.add("a"), Duration.ofHours(1));
    int before = rig.time.pendingTasks();
    connection.breaks();
    connection.context().schedule(() -> ran.add("b"), Duration.ofHours(1));
    assertThat(rig.time.pendingTasks()).as("the retry at most").isLessThanOrEqualTo(before);
    rig.keepsAliveFor(Duration.ofHours(2));
    assertThat(ran).isEmpty();
    assertThat(rig.time.nextDelay().orElse(SECOND)).isLessThan(Duration.ofHours(1));
  }

  @Test
  void aScheduledTaskRunsWhileWhatWasTakenIsSettled() {
    FakeConnection connection = streaming();
    connection.context().schedule(() -> ran.add("before"), SECOND);
    rig.supervisor().stopReceiving();
    connection.context().schedule(() -> ran.add("after"), SECOND);
    rig.passes(SECOND);
    assertThat(ran).containsExactly("before", "after");
  }

  @Test
  void scheduledTasksDoNotPileUp() {
    FakeConnection connection = streaming();
    int before = rig.time.pendingTasks();
    for (int i = 0; i < 100; i++) {
      connection.context().schedule(() -> ran.add("a"), Duration.ofMillis(1));
      rig.passes(Duration.ofMillis(1));
    }
    assertThat(ran).hasSize(100);
    assertThat(rig.time.pendingTasks()).isEqualTo(before);
  }

  private Reconciled reconciled() {
    return new Reconciled(TextMessage.SOURCE, rig.now(), 2, 1);
  }

  @Test
  void aSignalOfTheTransportComesInOrderWithThoseOfTheConnection() {
    rig.start();
    ConnectionContext<String> context = rig.connection().context();
    rig.onSignal(
        signal -> {
          if (signal instanceof Connected) {
            context.signal(reconciled()); // while that one is being told
          }
        });
    rig.connection().streams();
    rig.connection().breaks();
    assertThat(rig.signalNames()).containsExactly("Connected", "Reconciled", "Disconnected");
  }

  @Test
  void aSignalOfAnAttemptThatIsOverIsIgnored() {
    FakeConnection connection = streaming();
    connection.breaks();
    connection.context().signal(reconciled());
    assertThat(rig.signals(Reconciled.class)).isEmpty();
  }
}
