package dev.infraevents.websocket.garm;

import static dev.infraevents.websocket.garm.GarmTests.QUICK;
import static dev.infraevents.websocket.garm.GarmTests.proxy;
import static dev.infraevents.websocket.garm.GarmTests.source;
import static dev.infraevents.websocket.garm.GarmTests.virtual;
import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.SourceSignal;
import dev.infraevents.SourceSignal.Connected;
import dev.infraevents.SourceSignal.Disconnected;
import dev.infraevents.SourceSignal.GapPossible;
import dev.infraevents.Subscription;
import dev.infraevents.TransportException;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.FakeGarmExtension;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(LeakCheck.class)
class GarmFaultTest {

  @RegisterExtension final FakeGarmExtension garm = new FakeGarmExtension();

  private final Received received = new Received();

  static Stream<Fault> cuts() {
    return Stream.of(
        Fault.reset(), Fault.truncate(), Fault.restart(), Fault.wrongClose(1011, "proxy says no"));
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void aCutIsHealedAndTheGapSignalled(Fault cut) {
    FakeGarm server = garm.server();
    try (var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.emit("proxy", "create", proxy("1"));
      received.awaitSubject("1");

      server.inject(cut);
      server.emit("proxy", "create", proxy("2")); // truncated, or lost: nobody can tell
      received.awaitSignals(Connected.class, 2);
      server.awaitFilter(Received.PATIENCE);
      server.emit("proxy", "create", proxy("3"));
      received.awaitSubject("3");

      Disconnected lost = received.awaitSignal(Disconnected.class);
      assertThat(lost.cause()).isInstanceOf(TransportException.class);
      GapPossible gap = received.awaitSignal(GapPossible.class);
      assertThat(gap.from()).isBeforeOrEqualTo(gap.to());
      assertThat(received.signals(GapPossible.class)).hasSize(1);
      subscription.close();
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void anOutageIsWaitedOut() {
    FakeGarm server = garm.server();
    try (var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.inject(Fault.outage());
      received.awaitSignals(Disconnected.class, 4);
      server.heal();
      received.awaitSignals(Connected.class, 2);
      received.awaitSignals(GapPossible.class, 1);
      assertThat(subscription.status().lastError()).isInstanceOf(TransportException.class);
    }
  }

  @Test
  void refusedConnectionsAreTriedAgain() throws InterruptedException {
    FakeGarm server = garm.server();
    server.inject(Fault.refuse(3));
    try (var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      assertThat(subscription.awaitStreaming(Received.PATIENCE)).isTrue();
      assertThat(received.signals(GapPossible.class)).as("nothing was connected before").isEmpty();
    }
  }

  @Test
  void aHalfOpenConnectionIsGivenUpAfterPingIntervalAndPongTimeout() {
    var time = new VirtualTime();
    FakeGarm server = garm.server();
    try (var source = source(server).timeSource(virtual(time)).build();
        Subscription subscription = source.subscribe(received)) {
      // No event before: a reader that is still busy with one would be alive at a later time.
      server.awaitFilter(Received.PATIENCE);
      received.awaitSignal(Connected.class);
      server.inject(Fault.halfOpen());

      time.advance(Duration.ofSeconds(29));
      assertThat(received.signals(Disconnected.class)).isEmpty();
      time.advance(Duration.ofSeconds(2));
      Disconnected lost = received.awaitSignal(Disconnected.class);
      assertThat(lost.cause()).hasMessageContaining("silent for 30000 ms");

      server.heal();
      time.advance(Duration.ofSeconds(1));
      received.awaitSignals(Connected.class, 2);
      GapPossible gap = received.awaitSignal(GapPossible.class);
      assertThat(Duration.between(gap.from(), gap.to()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(30));
      subscription.close();
    }
    assertThat(time.pendingTasks()).isZero();
  }

  /** A server that pings every 25 s; OkHttp's own pings are in real time, and far away. */
  private FakeGarm pinging(VirtualTime time) {
    return FakeGarm.builder()
        .clock(time.clock())
        .scheduler(time)
        .pingInterval(Duration.ofSeconds(25))
        .start();
  }

  private static void letPingsPass(VirtualTime time, GarmConnection connection, int pings) {
    for (int i = 0; i < pings; i++) {
      int before = connection.pongsReceived();
      time.advance(Duration.ofSeconds(25));
      connection.await(c -> c.pongsReceived() > before, Received.PATIENCE);
    }
  }

  @Test
  void anyBytesFromTheServerKeepAQuietConnectionAlive() {
    var time = new VirtualTime();
    try (var server = pinging(time);
        var source = source(server).timeSource(virtual(time)).build();
        Subscription subscription = source.subscribe(received)) {
      GarmConnection connection = server.awaitFilter(Received.PATIENCE);
      received.awaitSignal(Connected.class);
      letPingsPass(time, connection, 8);
      assertThat(received.signals(Disconnected.class)).isEmpty();
      assertThat(subscription.status().epoch()).isEqualTo(1);
    }
  }

  @Test
  void aStallIsNotADeadConnection() {
    var time = new VirtualTime();
    try (var server = pinging(time);
        var source = source(server).timeSource(virtual(time)).build();
        Subscription subscription = source.subscribe(received)) {
      GarmConnection connection = server.awaitFilter(Received.PATIENCE);
      received.awaitSignal(Connected.class);
      server.inject(Fault.stall());
      server.emit("proxy", "create", proxy("1"));
      letPingsPass(time, connection, 4);
      assertThat(received.events()).isEmpty();
      server.heal();
      received.awaitEvents(1);
      assertThat(received.signals(Disconnected.class)).isEmpty();
      assertThat(subscription.status().epoch()).isEqualTo(1);
    }
  }

  @Test
  void invalidFramesAreReportedAndTheStreamGoesOn() {
    FakeGarm server = garm.server();
    try (var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.inject(Fault.garbageText());
      server.inject(Fault.invalidJson());
      server.emit("proxy", "create", proxy("1"));
      server.emit("proxy", "create", proxy("2"));
      received.awaitSubject("2");
      received.awaitSignals(SourceSignal.Undecodable.class, 2);
      assertThat(subscription.status().epoch()).isEqualTo(1);
      subscription.close();
      assertThat(subscription.stats().undecodable()).isEqualTo(2);
      assertThat(subscription.stats().balances()).isTrue();
    }
  }

  @Test
  void brokenUtf8SurvivesAsReplacementCharacters() {
    FakeGarm server = garm.server();
    try (var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.inject(Fault.badUtf8());
      server.emit("proxy", "create", proxy("1"));
      server.emit("proxy", "create", proxy("2"));
      received.awaitSubject("2");
      assertThat(subscription.status().epoch()).isEqualTo(1);
      assertThat(received.events().get(0).raw().utf8()).contains("\ufffd");
    }
  }

  @Test
  void aFrameOfManyMegabytesAndAFragmentedOneArriveWhole() {
    FakeGarm server = garm.server();
    try (var source = source(server).connection(QUICK).build();
        Subscription subscription = source.subscribe(received)) {
      server.awaitFilter(Received.PATIENCE);
      server.inject(Fault.oversize(3 << 20));
      server.emit("proxy", "create", proxy("1"));
      received.awaitSubject("1");
      server.inject(Fault.fragment(7));
      server.emit("proxy", "create", proxy("2"));
      received.awaitSubject("2");
      assertThat(received.events().get(0).raw().size()).isGreaterThanOrEqualTo(3 << 20);
      assertThat(received.events().get(1).raw().utf8()).contains("\"payload\":" + proxy("2"));
      assertThat(subscription.status().epoch()).isEqualTo(1);
    }
  }

  @Test
  void closingSaysGoodbyeToTheServer() {
    FakeGarm server = garm.server();
    try (var source = source(server).connection(QUICK).build()) {
      Subscription subscription = source.subscribe(received);
      var connection = server.awaitFilter(Received.PATIENCE);
      subscription.close();
      connection.awaitClosed(Received.PATIENCE);
      assertThat(connection.closeCode()).hasValue(1000);
    }
  }
}
