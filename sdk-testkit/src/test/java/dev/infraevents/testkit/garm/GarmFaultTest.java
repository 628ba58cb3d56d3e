package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults of connections and of the server, and their ends. */
@ExtendWith(LeakCheck.class)
class GarmFaultTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String EVENT =
      "{\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":{\"id\":\"1\"}}";

  @RegisterExtension final FakeGarmExtension extension = new FakeGarmExtension();

  private FakeGarm garm;

  @BeforeEach
  void setUp() {
    garm = extension.server();
  }

  @Test
  void refuse() throws IOException {
    garm.inject(Fault.refuse(2));

    for (int i = 0; i < 2; i++) {
      try (RawClient client = RawClient.connect(garm)) {
        assertThat(client.next()).isEqualTo("END");
      }
    }
    RawClient.upgraded(garm).close();
    assertThat(garm.requests()).hasSize(1);
  }

  @Test
  void refuseUntilHealed() throws IOException {
    garm.inject(Fault.refuse(Integer.MAX_VALUE));
    try (RawClient client = RawClient.connect(garm)) {
      assertThat(client.next()).isEqualTo("END");
    }

    garm.heal();

    RawClient.upgraded(garm).close();
  }

  @Test
  void refuseUpgrade() throws IOException {
    garm.inject(
        Fault.refuseUpgrade(503, "text/plain", "busy").withHeader("Retry-After", "2").times(2));

    assertThat(tryUpgrade())
        .startsWith("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\n")
        .contains("\r\nRetry-After: 2\r\n")
        .endsWith("Content-Length: 4\r\n\r\nbusy");
    assertThat(request("GET", "/api/v1/controller")).startsWith("HTTP/1.1 200 OK\r\n");
    assertThat(tryUpgrade()).startsWith("HTTP/1.1 503 ");
    assertThat(tryUpgrade()).startsWith("HTTP/1.1 101 ");
    assertThat(garm.upgradeRequests()).hasSize(3);
  }

  @Test
  void aRefusedUpgradeIsForgottenWhenHealed() throws IOException {
    garm.inject(Fault.refuseUpgrade(599, "text/plain", ""));
    garm.heal();

    assertThat(tryUpgrade()).startsWith("HTTP/1.1 101 ");
  }

  @Test
  void reset() throws IOException {
    try (RawClient streaming = RawClient.subscribed(garm, RawClient.ALL);
        RawClient idle = RawClient.connect(garm)) {
      idle.request("GET", "/", "");
      garm.inject(Fault.reset());

      assertThat(streaming.next()).isEqualTo("RESET");
      assertThat(idle.next()).isEqualTo("RESET");
      garm.connections().get(0).awaitClosed(SOON);
    }
  }

  @Test
  void halfOpen() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      GarmConnection connection = garm.connections().get(0);
      garm.inject(Fault.halfOpen());
      client.ping("unheard");
      garm.emit("pool", "create", "1");
      try (RawClient other = RawClient.subscribed(garm, RawClient.ALL)) {
        assertThat(other.barrier("works")).isEmpty();
      }
      assertThat(connection.isOpen()).isTrue();
      assertThat(connection.pingsReceived()).isEqualTo(1);
      assertThat(client.socket().getInputStream().available()).isZero();

      garm.heal();

      assertThat(List.of(client.next(), client.next()))
          .containsExactlyInAnyOrder(
              "PONG unheard",
              "TEXT {\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":1}");
    }
  }

  @Test
  void aHalfOpenConnectionDoesNotSeeThatTheClientLeft() throws IOException {
    RawClient client = RawClient.subscribed(garm, RawClient.ALL);
    GarmConnection connection = garm.connections().get(0);
    garm.inject(Fault.halfOpen());
    client.close();
    connection.close(1000, "");
    RawClient.subscribed(garm, RawClient.ALL).close();
    garm.awaitConnections(2, SOON).get(1).awaitClosed(SOON);
    assertThat(connection.isOpen()).isTrue();

    garm.heal();

    connection.awaitClosed(SOON);
  }

  @Test
  void aHalfOpenServerCanBeClosed() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.halfOpen());
      garm.close();

      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void stall() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.stall());
      assertThat(garm.emit("pool", "create", "{\"id\":\"1\"}")).isEqualTo(1);
      assertThat(client.barrier("alive")).isEmpty();
      try (RawClient later = RawClient.subscribed(garm, RawClient.ALL)) {
        assertThat(garm.emit("pool", "create", "{\"id\":\"2\"}")).isEqualTo(2);
        assertThat(later.barrier("alive")).isEmpty();

        garm.heal();

        assertThat(client.next()).isEqualTo("TEXT " + EVENT);
        assertThat(client.next()).contains("\"id\":\"2\"");
        assertThat(later.next()).contains("\"id\":\"2\"");
      }
    }
  }

  @Test
  void whileStalledTheBufferIsAsBoundedAsEver() throws IOException {
    try (FakeGarm small = FakeGarm.builder().bufferCapacity(3).start();
        RawClient client = RawClient.subscribed(small, RawClient.ALL)) {
      small.inject(Fault.stall());
      for (int i = 1; i <= 5; i++) {
        assertThat(small.emit("pool", "create", "" + i)).isEqualTo(i <= 3 ? 1 : 0);
      }
      assertThat(small.eventsDropped()).isEqualTo(2);
      assertThat(small.connections().get(0).eventsDropped()).isEqualTo(2);
      small.heal();

      for (int i = 1; i <= 3; i++) {
        assertThat(client.next()).endsWith("\"payload\":" + i + "}");
      }
      assertThat(client.barrier("still open")).isEmpty();
    }
  }

  @Test
  void byDefaultTheBufferHolds1024Events() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.stall());
      for (int i = 0; i < 1030; i++) {
        garm.emit("pool", "update", "{}");
      }

      assertThat(garm.eventsDropped()).isEqualTo(6);
      assertThat(client.barrier("nothing shows")).isEmpty();
    }
  }

  @Test
  void aStalledConnectionClosesWithoutTheEventsItHolds() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.stall());
      garm.emit("pool", "create", "1");
      garm.inject(Fault.wrongClose(1012, ""));

      assertThat(client.rest()).containsExactly("CLOSE 1012");
    }
  }

  @Test
  void truncate() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.emit("pool", "create", "{\"id\":\"1\"}");
      garm.inject(Fault.truncate());

      assertThat(client.next()).isEqualTo("TEXT " + EVENT);
      byte[] left = client.socket().getInputStream().readAllBytes();
      assertThat(left).startsWith(0x81, 126, 4096 >> 8, 0);
      assertThat(left.length).isGreaterThan(4).isLessThan(4096);
    }
  }

  @Test
  void wrongClose() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.emitRaw(EVENT);
      garm.inject(Fault.wrongClose(1005, "must not be sent"));

      assertThat(client.rest()).containsExactly("TEXT " + EVENT, "CLOSE 1005 must not be sent");
    }
  }

  @Test
  void restart() throws IOException {
    String url = garm.url();
    String token = garm.token().mint();
    try (RawClient streaming = RawClient.upgraded(garm, token);
        RawClient idle = RawClient.connect(garm)) {
      idle.request("GET", "/", "");
      garm.inject(Fault.restart());

      assertThat(streaming.rest()).containsExactly("CLOSE 1000");
      assertThat(idle.next()).isIn("END", "RESET");
    }
    assertThat(garm.url()).isEqualTo(url);
    RawClient.upgraded(garm, token).close();
    assertThat(garm.connections()).hasSize(2);
  }

  @Test
  void outage() throws IOException {
    try (RawClient streaming = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.outage());

      assertThat(streaming.rest()).containsExactly("CLOSE 1000");
      for (int i = 0; i < 3; i++) {
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> RawClient.connect(garm));
      }
      garm.heal();

      RawClient.upgraded(garm).close();
    }
  }

  @Test
  void aServerThatIsDownCanBeClosed() {
    garm.inject(Fault.outage());
    garm.close();

    assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> RawClient.connect(garm));
  }

  @Test
  void aRestartEndsStalledAndHalfOpenConnectionsToo() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.inject(Fault.stall());
      garm.inject(Fault.halfOpen());
      garm.inject(Fault.restart());

      assertThat(client.next()).isEqualTo("END");
    }
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.emitRaw(EVENT);
      assertThat(client.barrier("still stalled")).isEmpty();
    }
  }

  @Test
  void expireToken() throws IOException {
    String old = garm.token().mint();
    try (RawClient client = RawClient.upgraded(garm, old)) {
      garm.inject(Fault.expireToken());

      assertThat(client.rest()).containsExactly("CLOSE 1000");
    }
    try (RawClient client = RawClient.connect(garm)) {
      assertThat(client.upgrade(old)).startsWith("HTTP/1.1 401 ").contains("Authentication failed");
    }
    RawClient.upgraded(garm, garm.token().mint()).close();
  }

  @Test
  void faultsThatMakeNoSense() {
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Fault.refuse(0));
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Fault.fragment(0));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Fault.refuseUpgrade(503, "text/plain", "").times(0));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Fault.refuseCall(14, "").times(0));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Fault.refuseCall(0, ""));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Fault.endStreams(17, ""));
  }

  @Test
  void faultsOfGrpcAreUnknown() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.inject(Fault.refuseCall(14, "")))
        .withMessageContaining("RefuseCall");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.inject(Fault.endStreams(0, "")))
        .withMessageContaining("EndStreams");
  }

  @Test
  void aClosedServerHasNoMoreFaults() {
    garm.close();

    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> garm.inject(Fault.restart()));
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(garm::heal);
  }

  private String tryUpgrade() throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      return client.upgrade(garm.token().mint());
    }
  }

  private String request(String method, String path) throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      return client.request(method, path, "", "Authorization: Bearer " + garm.token().mint());
    }
  }
}
