package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.ConfigurationException;
import dev.infraevents.SourceState;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class EndTest {

  private final SupervisorRig rig = new SupervisorRig();

  static Stream<Named<Consumer<SupervisorRig>>> everyState() {
    return Stream.of(
        Named.of("connecting", SupervisorRig::start),
        Named.of("streaming", rig -> rig.start().connection().streams()),
        Named.of("backing off", rig -> rig.start().connection().breaks()),
        Named.of("renewing", rig -> renewing(rig)),
        Named.of("overlapping", rig -> renewing(rig).streams()),
        Named.of(
            "draining",
            rig -> {
              rig.start().connection().streams();
              rig.supervisor().stopReceiving();
            }),
        Named.of(
            "failed for good",
            rig -> rig.start().connection().fails(new ConfigurationException("no", null))));
  }

  private static FakeConnection renewing(SupervisorRig rig) {
    rig.transport.withTokensThatEndConnections();
    rig.tokens = () -> new Token("t" + rig.transport.attempts(), rig.now().plusSeconds(3600));
    rig.start().connection().streams();
    rig.keepsAliveFor(Duration.ofMinutes(55));
    assertThat(rig.transport.attempts()).isEqualTo(2);
    return rig.connection();
  }

  @ParameterizedTest
  @MethodSource("everyState")
  void closingClosesEveryConnectionAndLeavesNoTimer(Consumer<SupervisorRig> state) {
    state.accept(rig);
    rig.supervisor().stopReceiving();
    assertThat(rig.state()).isEqualTo(SourceState.DRAINING);
    rig.supervisor().close(null);
    assertThat(rig.state()).isEqualTo(SourceState.CLOSED);
    assertThat(rig.transport.connections()).allMatch(FakeConnection::isClosed);
    assertThat(rig.time.pendingTasks()).isZero();
    assertNothingFollows();
  }

  @ParameterizedTest
  @MethodSource("everyState")
  void closingWithoutStoppingFirstPassesThroughDraining(Consumer<SupervisorRig> state) {
    state.accept(rig);
    rig.supervisor().close(null);
    assertThat(rig.state()).isEqualTo(SourceState.CLOSED);
    assertThat(rig.time.pendingTasks()).isZero();
    assertNothingFollows();
  }

  private void assertNothingFollows() {
    int attempts = rig.transport.attempts();
    rig.supervisor().stopReceiving();
    rig.supervisor().close(new TransportException("too late", null));
    rig.supervisor().start();
    rig.transport.connections().forEach(FakeConnection::breaks);
    rig.transport.connections().forEach(connection -> connection.sends("late"));
    rig.transport.connections().forEach(connection -> connection.context().completed());
    rig.passes(Duration.ofDays(1));
    assertThat(rig.state()).isEqualTo(SourceState.CLOSED);
    assertThat(rig.transport.attempts()).isEqualTo(attempts);
    assertThat(rig.events).isEmpty();
  }

  @Test
  void closingBeforeTheStartMeansThatNothingStarts() {
    Deque<Runnable> queued = new ArrayDeque<>();
    rig.connector = queued::add;
    rig.start();
    rig.supervisor().close(null);
    queued.remove().run();
    assertThat(rig.transport.attempts()).isZero();
  }

  @Test
  void aConnectionThatIsOpenedAfterTheCloseIsClosed() {
    rig.transport.onOpen(connection -> rig.supervisor().close(null));
    Deque<Runnable> queued = new ArrayDeque<>();
    rig.connector = queued::add;
    rig.start();
    queued.remove().run();
    assertThat(rig.connection().isClosed()).isTrue();
  }

  @Test
  void aConnectionThatIsOpenedWhileDrainingReceivesNothing() {
    rig.transport.onOpen(connection -> rig.supervisor().stopReceiving());
    Deque<Runnable> queued = new ArrayDeque<>();
    rig.connector = queued::add;
    rig.start();
    queued.remove().run();
    assertThat(rig.connection().isStopped()).isTrue();
    rig.connection().streams().sends("late");
    assertThat(rig.events).isEmpty();
    assertThat(rig.state()).isEqualTo(SourceState.DRAINING);
  }

  @Test
  void stoppingKeepsTheConnectionForWhatIsStillToBeSettled() {
    rig.start();
    rig.connection().streams().sends("a");
    rig.supervisor().stopReceiving();
    rig.connection().sends("b");
    assertThat(rig.events).containsExactly("a");
    assertThat(rig.connection().isStopped()).isTrue();
    assertThat(rig.connection().isClosed()).isFalse();
  }

  @Test
  void aConnectionThatBreaksWhileDrainingIsNotReplaced() {
    rig.start();
    rig.connection().streams();
    rig.supervisor().stopReceiving();
    rig.connection().breaks();
    rig.passes(Duration.ofMinutes(10));
    assertThat(rig.state()).isEqualTo(SourceState.DRAINING);
    assertThat(rig.transport.attempts()).isEqualTo(1);
    assertThat(rig.signalNames()).containsExactly("Connected");
  }

  @Test
  void closingWithAnErrorFails() {
    rig.start();
    var cause = new ConfigurationException("bad filter", null);
    rig.supervisor().close(cause);
    assertThat(rig.state()).isEqualTo(SourceState.FAILED);
    assertThat(rig.status().lastError()).isSameAs(cause);
  }

  @Test
  void aConnectionWhoseCloseThrowsDoesNotKeepTheRestFromBeingClosed() {
    rig.start();
    rig.connection().streams();
    rig.connection()
        .onClose(
            () -> {
              throw new IllegalStateException("close");
            });
    rig.connection().breaks();
    rig.reconnects().streams();
    rig.connection()
        .onClose(
            () -> {
              throw new IllegalStateException("close");
            });
    rig.supervisor().close(null);
    assertThat(rig.state()).isEqualTo(SourceState.CLOSED);
  }

  @Test
  void aSourceThatHasNoMoreEventsEndsWithoutAnError() {
    rig.start();
    rig.connection().streams().sends("the last");
    rig.connection().context().completed();
    rig.connection().context().completed();
    rig.connection().breaks();
    assertThat(rig.ends).containsExactly(Optional.empty());
    assertThat(rig.state()).isEqualTo(SourceState.DRAINING);
    assertThat(rig.signalNames()).containsExactly("Connected");
  }

  @Test
  void awaitStreamingReturnsAtOnceWhenItStreams() throws Exception {
    rig.start();
    rig.connection().streams();
    assertThat(rig.supervisor().awaitStreaming(Duration.ZERO)).isTrue();
  }

  @Test
  void awaitStreamingTimesOut() throws Exception {
    rig.start();
    assertThat(rig.supervisor().awaitStreaming(Duration.ZERO)).isFalse();
    assertThat(rig.supervisor().awaitStreaming(Duration.ofMillis(1))).isFalse();
  }

  @Test
  void awaitStreamingWakesUpWhenItStreams() throws Exception {
    rig.start();
    var waiter = new Waiter();
    rig.connection().streams();
    assertThat(waiter.outcome()).isEqualTo(true);
  }

  @Test
  void awaitStreamingWakesUpWhenItIsClosed() throws Exception {
    rig.start();
    var waiter = new Waiter();
    rig.supervisor().close(null);
    assertThat(waiter.outcome()).isEqualTo(false);
  }

  @Test
  void awaitStreamingThrowsTheErrorThatEndedTheSubscription() throws Exception {
    rig.start();
    var waiter = new Waiter();
    var cause = new ConfigurationException("bad filter", null);
    rig.connection().fails(cause);
    assertThat(waiter.outcome()).isSameAs(cause);
    assertThatThrownBy(() -> rig.supervisor().awaitStreaming(Duration.ZERO)).isSameAs(cause);
    rig.supervisor().close(cause);
    assertThatThrownBy(() -> rig.supervisor().awaitStreaming(Duration.ZERO)).isSameAs(cause);
  }

  /** A thread in awaitStreaming, which waits for as long as there is. */
  private final class Waiter {
    private final CountDownLatch started = new CountDownLatch(1);
    private final AtomicReference<Object> outcome = new AtomicReference<>();
    private final Thread thread =
        new Thread(
            () -> {
              started.countDown();
              try {
                outcome.set(rig.supervisor().awaitStreaming(Duration.ofSeconds(Long.MAX_VALUE)));
              } catch (Exception e) {
                outcome.set(e);
              }
            });

    Waiter() throws InterruptedException {
      thread.start();
      started.await();
    }

    Object outcome() throws InterruptedException {
      thread.join();
      return outcome.get();
    }
  }
}
