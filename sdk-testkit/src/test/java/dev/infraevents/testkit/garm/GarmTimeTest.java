package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What happens when time passes: pings, missing pongs, expiry, writes that block. */
@ExtendWith(LeakCheck.class)
class GarmTimeTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  /** While the client does not read, the write of this one blocks. */
  private static final String MORE_THAN_TCP_HOLDS = "\"" + "x".repeat(24 << 20) + "\"";

  private final VirtualTime time = new VirtualTime();
  private FakeGarm garm = start(builder -> {});

  private FakeGarm start(Consumer<FakeGarmBuilder> setting) {
    var builder = FakeGarm.builder().clock(time.clock()).scheduler(time);
    setting.accept(builder);
    return builder.start();
  }

  private void restart(Consumer<FakeGarmBuilder> setting) {
    garm.close();
    garm = start(setting);
  }

  @AfterEach
  void close() {
    garm.close();
    assertThat(time.isShutdown()).isFalse(); // it is not the fake's
  }

  @Test
  void theServerPingsEvery54SecondsWithoutAPayload() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      seconds(54);
      assertThat(client.next()).isEqualTo("PING");
      seconds(53);
      garm.emit("pool", "create", "1");
      assertThat(client.next()).startsWith("TEXT ");
      seconds(1);
      assertThat(client.next()).isEqualTo("PING");
    }
  }

  @Test
  void thePingIntervalCanBeSet() throws IOException {
    restart(builder -> builder.pingInterval(Duration.ofSeconds(2)));
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      seconds(2);
      assertThat(client.next()).isEqualTo("PING");
    }
  }

  @Test
  void lenientlyAClientThatNeverPongsStays() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      seconds(3600);

      assertThat(client.barrier("p")).hasSize(66).containsOnly("PING");
    }
  }

  @Test
  void lenientlyOnePongIsAPromiseOfMore() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      seconds(10);
      client.pong();
      client.barrier("p");
      seconds(59);
      assertThat(client.barrier("q")).containsExactly("PING");
      seconds(1);

      assertThat(client.next()).isEqualTo("CLOSE 1000");
      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void strictlyTheFirstPongIsDue60SecondsAfterTheUpgrade() throws IOException {
    restart(builder -> builder.pongPolicy(PongPolicy.STRICT));
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      seconds(59);
      client.text(RawClient.ALL);
      assertThat(client.barrier("neither messages nor pings count")).containsExactly("PING");
      seconds(1);

      assertThat(client.next()).isEqualTo("CLOSE 1000");
    }
  }

  @Test
  void everyPongMovesTheDeadline() throws IOException {
    restart(builder -> builder.pongPolicy(PongPolicy.STRICT).pongWait(Duration.ofSeconds(30)));
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      for (int i = 1; i <= 5; i++) {
        seconds(29);
        client.pong();
        client.barrier("p" + i);
      }
      assertThat(garm.connections().get(0).pongsReceived()).isEqualTo(5);
      seconds(30);

      assertThat(client.rest()).endsWith("CLOSE 1000");
    }
  }

  @Test
  void aConnectionIsClosedInTheSecondItsTokenExpires() throws IOException {
    restart(builder -> builder.tokenTimeToLive(Duration.ofSeconds(40)));
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      time.advance(Duration.ofSeconds(40).minusNanos(1));
      assertThat(client.barrier("p")).isEmpty();
      time.advance(Duration.ofNanos(1));

      assertThat(client.next()).isEqualTo("CLOSE 1000");
      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void aTokenThatIsValidForYearsIsWatchedAllTheSame() throws IOException {
    restart(
        builder ->
            builder
                .tokenTimeToLive(Duration.ofDays(365 * 500))
                .pingInterval(Duration.ofDays(1000)));
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      time.advance(Duration.ofDays(365));

      assertThat(client.barrier("p")).isEmpty();
    }
  }

  @Test
  void eachConnectionFollowsItsOwnToken() throws IOException {
    String early = garm.token().expiresAt(time.clock().instant().plusSeconds(5)).mint();
    String late = garm.token().expiresAt(time.clock().instant().plusSeconds(6)).mint();
    try (RawClient first = RawClient.upgraded(garm, early);
        RawClient second = RawClient.upgraded(garm, late)) {
      garm.awaitConnections(2, SOON);
      seconds(5);

      assertThat(first.next()).isEqualTo("CLOSE 1000");
      assertThat(second.barrier("p")).isEmpty();
    }
  }

  @Test
  void in015AnEventWaits5SecondsForRoomInTheBuffer() throws IOException {
    restart(builder -> builder.version(GarmVersion.V0_1_5));
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.stall());
      for (int i = 0; i < 103; i++) {
        assertThat(garm.emit("pool", "update", "" + i)).isEqualTo(1);
      }
      time.advance(Duration.ofSeconds(5).minusNanos(1));
      assertThat(garm.eventsDropped()).isZero();
      time.advance(Duration.ofNanos(1));
      assertThat(garm.eventsDropped()).isEqualTo(3);

      garm.emit("pool", "update", "1000");
      garm.heal();

      for (int i = 0; i < 100; i++) {
        assertThat(client.next()).endsWith("\"payload\":" + i + "}");
      }
      assertThat(client.next()).endsWith("\"payload\":1000}"); // it waited, and there was room
      seconds(5);
      assertThat(garm.eventsDropped()).isEqualTo(3);
    }
  }

  @Test
  void aWriteThatBlocksTooLongEndsTheConnectionWithoutAClose() throws IOException {
    restart(builder -> builder.writeTimeout(Duration.ofMillis(200)));
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.emit("template", "create", MORE_THAN_TCP_HOLDS);

      garm.connections().get(0).awaitClosed(SOON);

      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void aCloseThatCanNotBeWrittenWithinASecondIsNotWaitedFor() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.emit("template", "create", MORE_THAN_TCP_HOLDS);
      garm.connections().get(0).close(1000, "");

      garm.connections().get(0).awaitClosed(SOON);

      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void aHalfOpenConnectionOutlivesItsTokenUntilItIsHealed() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      GarmConnection connection = garm.connections().get(0);
      garm.inject(Fault.halfOpen());
      garm.emit("pool", "create", "1");
      seconds(86_400);
      assertThat(connection.isOpen()).isTrue();

      garm.heal();

      assertThat(client.rest()).endsWith("CLOSE 1000"); // the token has expired meanwhile
    }
  }

  @Test
  void aClosedConnectionLeavesNothingToDo() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      client.pong();
      client.closeFrame(1000, "");
      assertThat(client.rest()).containsExactly("CLOSE 1000");
    }
    garm.close();

    assertThat(time.pendingTasks()).isZero();
  }

  private void seconds(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }
}
