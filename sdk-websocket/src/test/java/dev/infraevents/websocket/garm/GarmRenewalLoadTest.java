package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.proxy;
import static dev.infraevents.websocket.garm.GarmTests.source;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.Subscription;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class GarmRenewalLoadTest {

  private static final int RENEWALS = 20;
  private static final Duration TOKEN_LIFE = Duration.ofHours(24);

  /** Far fewer than the client's buffer holds. */
  private static final int UNDERWAY = 200;

  @Test
  void twentyRenewalsUnderLoadLeaveNoHoleAndNoDuplicate() throws InterruptedException {
    var time = new VirtualTime();
    var room = new Semaphore(UNDERWAY);
    var received = new Received();
    // Virtual time passes faster than any answer.
    var patient =
        ConnectionOptions.builder()
            .connectTimeout(Duration.ofDays(1))
            .ping(Duration.ofDays(20), Duration.ofDays(20));
    try (var server =
            FakeGarm.builder()
                .clock(time.clock())
                .scheduler(time)
                .pingInterval(Duration.ofDays(900))
                .tokenTimeToLive(TOKEN_LIFE)
                .bufferCapacity(Integer.MAX_VALUE) // what is lost here is lost by a renewal
                .start();
        var source = source(server).connection(patient.build()).timeSource(virtual(time)).build();
        Subscription subscription = source.subscribe(received.then(room::release))) {
      received.awaitSignals(Connected.class, 1); // the renewal is planned then
      server.awaitFilter(Received.PATIENCE);
      var load = new Load(server, room);
      load.start();
      for (int i = 1; i <= RENEWALS; i++) {
        renew(server, time, received, subscription, i);
        // What only the new connection can have brought shows that it has brought all before, too.
        received.awaitSubject(Integer.toString(load.emitted.get() + 1));
      }
      load.end();
      received.awaitEvents(load.emitted.get());

      List<String> all =
          IntStream.rangeClosed(1, load.emitted.get()).mapToObj(Integer::toString).toList();
      assertThat(received.subjects()).containsExactlyInAnyOrderElementsOf(all);
      assertThat(received.signals(Disconnected.class)).isEmpty();
      assertThat(received.signals(GapPossible.class)).isEmpty();
      assertThat(server.eventsDropped()).isZero();
      subscription.close();
      assertThat(subscription.stats().deduplicated()).isGreaterThan(RENEWALS);
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  private static void renew(
      FakeGarm server, VirtualTime time, Received received, Subscription subscription, int nth) {
    long repeated = subscription.stats().deduplicated();
    time.advance(TOKEN_LIFE.minus(Duration.ofMinutes(4)));
    server.awaitConnections(nth + 1, Received.PATIENCE);
    received.awaitSignals(Connected.class, nth + 1);
    // Both connections are read in real time: only then may the overlap end in virtual time.
    await().atMost(Received.PATIENCE).until(() -> subscription.stats().deduplicated() > repeated);
    await()
        .atMost(Received.PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              time.advance(Duration.ofSeconds(5));
              return !server.connections().get(nth - 1).isOpen();
            });
  }

  /** Emits one event after the other, as fast as they are handled. */
  private static final class Load extends Thread {
    private final FakeGarm server;
    private final Semaphore room;
    private final AtomicInteger emitted = new AtomicInteger();
    private volatile boolean ending;

    Load(FakeGarm server, Semaphore room) {
      super("load");
      setDaemon(true);
      this.server = server;
      this.room = room;
    }

    @Override
    public void run() {
      while (!ending) {
        room.acquireUninterruptibly();
        server.emitOnly("proxy", "create", proxy(Integer.toString(emitted.incrementAndGet())));
      }
    }

    void end() throws InterruptedException {
      ending = true;
      join();
    }
  }
}
