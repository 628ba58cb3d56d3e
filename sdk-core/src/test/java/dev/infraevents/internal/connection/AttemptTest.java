package dev.infraevents.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.DeliveryOptions;
import dev.infraevents.SourceState;
import dev.infraevents.Token;
import dev.infraevents.TransportException;
import dev.infraevents.testing.connection.FakeConnection;
import dev.infraevents.testing.connection.SupervisorRig;
import dev.infraevents.testing.connection.TextMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class AttemptTest {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

  private final SupervisorRig rig = new SupervisorRig();

  @Test
  void anAttemptThatNeverReportsIsGivenUpAtItsDeadline() {
    rig.start();
    rig.passes(CONNECT_TIMEOUT.minusMillis(1));
    assertThat(rig.state()).isEqualTo(SourceState.CONNECTING);
    rig.passes(Duration.ofMillis(1));
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    assertThat(rig.connection().isClosed()).isTrue();
    assertThat(rig.status().lastError())
        .isInstanceOf(TransportException.class)
        .hasMessage("no connection to wss://events.example.com within 15000 ms");
  }

  @Test
  void aConnectionIsNotMeasuredByTheDeadlineOfItsAttempt() {
    rig.start();
    rig.passes(CONNECT_TIMEOUT.minusMillis(1));
    rig.connection().streams();
    rig.passes(Duration.ofSeconds(20));
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
  }

  @Test
  void aConnectionThatIsOpenedTooLateIsClosed() {
    Deque<Runnable> queued = new ArrayDeque<>();
    AtomicBoolean late = new AtomicBoolean();
    rig.connector = queued::add;
    rig.transport.onOpen(
        connection -> {
          if (late.compareAndSet(false, true)) {
            rig.passes(CONNECT_TIMEOUT);
          }
        });
    rig.start();
    queued.remove().run();
    assertThat(rig.transport.attempts()).isEqualTo(1);
    assertThat(rig.connection().isClosed()).isTrue();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
  }

  @Test
  void anAttemptThatIsOverBeforeAThreadTakesItIsNotOpened() {
    Deque<Runnable> queued = new ArrayDeque<>();
    rig.connector = queued::add;
    rig.start();
    rig.passes(CONNECT_TIMEOUT);
    queued.remove().run();
    assertThat(rig.transport.attempts()).isZero();
  }

  @Test
  void aThreadThatBlocksInOpenIsInterruptedAtTheDeadline() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    rig.connector = threads;
    rig.transport.onOpen(
        connection -> {
          if (rig.transport.attempts() == 1) {
            blocked.countDown();
            try {
              new CountDownLatch(1).await();
            } finally {
              released.countDown();
            }
          }
        });
    rig.start();
    blocked.await();
    rig.passes(CONNECT_TIMEOUT);
    released.await();
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(rig.transport.connections().get(0).isClosed()).isTrue();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
  }

  @Test
  void anAttemptThatBlocksInTheTokenProviderIsGivenUpWithClearWords() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    AtomicInteger fetches = new AtomicInteger();
    rig.connector = threads;
    rig.tokens =
        () -> {
          fetches.incrementAndGet();
          blocked.countDown();
          new CountDownLatch(1).await();
          return Token.of("never");
        };
    rig.transport.withTokens();
    rig.start();
    blocked.await();
    rig.passes(CONNECT_TIMEOUT);
    assertThat(rig.status().lastError()).hasMessageEndingWith("; no token has come so far");
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    assertThat(fetches).hasValue(1);
  }

  @Test
  void theStateCanBeReadAndTheSubscriptionClosedWhileTheTokenProviderBlocks() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    rig.connector = threads;
    rig.tokens =
        () -> {
          blocked.countDown();
          new CountDownLatch(1).await();
          return Token.of("never");
        };
    rig.transport.withTokens();
    rig.start();
    blocked.await();
    assertThat(rig.state()).isEqualTo(SourceState.CONNECTING);
    rig.supervisor().close(null);
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aConnectionLearnsWhichOfItsMessagesWereTaken() {
    rig.start();
    FakeConnection old = rig.connection().streams();
    old.sends("in time");
    old.sendsGarbage("in time, too");
    assertThat(old.context().taken()).isEqualTo(2);
    old.breaks();
    old.sends("late");
    old.sendsGarbage("late");
    assertThat(old.context().taken()).isEqualTo(2);
    assertThat(rig.reconnects().context().taken()).isZero();
  }

  @Test
  void lateCallbacksOfAnOldAttemptAreIgnored() {
    rig.start();
    FakeConnection old = rig.connection().streams();
    old.sends("in time");
    old.breaks();
    FakeConnection current = rig.reconnects();
    var before = rig.status();
    int signals = rig.signals.size();

    old.sends("late");
    old.sendsGarbage("late");
    old.streams();
    old.resumes();
    old.breaks();
    old.context().completed();
    old.showsLife();

    assertThat(rig.status()).isEqualTo(before);
    assertThat(rig.signals).hasSize(signals);
    assertThat(rig.ends).isEmpty();
    assertThat(rig.events).containsExactly("in time");
    assertThat(rig.stats().received()).isEqualTo(1);
    assertThatThrownBy(() -> old.context().token()).isInstanceOf(TransportException.class);

    current.streams().sends("new");
    old.breaks();
    assertThat(rig.state()).isEqualTo(SourceState.STREAMING);
    assertThat(rig.events).containsExactly("in time", "new");
  }

  @Test
  void aLateMessageFindsNoRoom() {
    rig.start();
    FakeConnection old = rig.connection().streams();
    assertThat(old.context().message(new TextMessage("a"))).isTrue();
    old.breaks();
    assertThat(old.context().message(new TextMessage("b"))).isFalse();
  }

  @Test
  void everyAttemptHasItsOwnEpoch() {
    rig.start();
    assertThat(rig.status().epoch()).isEqualTo(1);
    rig.connection().breaks();
    rig.reconnects();
    assertThat(rig.status().epoch()).isEqualTo(2);
    assertThat(rig.transport.connections())
        .extracting(connection -> connection.context().epoch())
        .containsExactly(1L, 2L);
  }

  @Test
  void streamingSaidTwiceCountsOnce() {
    rig.start();
    rig.connection().streams().streams();
    assertThat(rig.signalNames()).containsExactly("Connected");
  }

  @Test
  void aConnectionThatFailsInsideOpenIsClosedOnce() {
    rig.transport.onOpen(FakeConnection::breaks);
    rig.start();
    assertThat(rig.state()).isEqualTo(SourceState.BACKING_OFF);
    assertThat(rig.status().attempt()).isEqualTo(1);
    assertThat(rig.connection().isClosed()).isTrue();
    assertThat(rig.connection().wasInterrupted()).isFalse();
  }

  @Test
  void startingTwiceIsAnError() {
    rig.start();
    assertThatThrownBy(() -> rig.supervisor().start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("CONNECTING can not become CONNECTING");
  }

  @Test
  void everyRefusedReaderIsToldOfRoomOnItsOwnConnectionAndOnNoOther() {
    Deque<Runnable> handlers = new ArrayDeque<>();
    rig.handlers = handlers::add;
    rig.delivery = DeliveryOptions.builder().buffer(1, 1_000).build();
    rig.demandDriven = true;
    rig.start();
    AtomicInteger ofOld = new AtomicInteger();
    AtomicInteger ofNew = new AtomicInteger();
    FakeConnection old = rig.connection().streams();
    old.context().onRoom(ofOld::incrementAndGet);
    assertThat(old.context().message(new TextMessage("a"))).isFalse();
    old.breaks();
    FakeConnection current = rig.reconnects().streams();
    current.context().onRoom(ofNew::incrementAndGet);
    handlers.remove().run();
    assertThat(ofOld).hasValue(0);
    assertThat(ofNew).hasValue(0);

    assertThat(current.context().message(new TextMessage("b"))).isFalse();
    handlers.remove().run();
    assertThat(ofOld).hasValue(0);
    assertThat(ofNew).hasValue(1);
    assertThat(rig.events).containsExactly("a", "b");
  }
}
