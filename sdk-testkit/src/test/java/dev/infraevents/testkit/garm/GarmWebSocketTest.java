package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.testkit.junit.LeakCheck;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The upgrade, frames in both directions, and every way in which a connection ends. */
@ExtendWith(LeakCheck.class)
class GarmWebSocketTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int READ_LIMIT = 1 << 20;
  private static final int FIN = 0x80;

  @RegisterExtension
  final FakeGarmExtension extension = new FakeGarmExtension(FakeGarm.builder().user("viewer", "v"));

  private FakeGarm garm;

  @BeforeEach
  void setUp() {
    garm = extension.server();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/ws/events", "/api/v1/ws/events/", "/api/v1/ws/events?a=b"})
  void theAnswerToAnUpgradeHasThreeHeadersAndNoMore(String path) throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      String response =
          client.upgradeAt(
              path,
              "Authorization: Bearer " + garm.token().mint(),
              "Sec-WebSocket-Protocol: chat",
              "Sec-WebSocket-Extensions: permessage-deflate");

      assertThat(response)
          .isEqualTo(
              "HTTP/1.1 101 Switching Protocols\r\n"
                  + "Upgrade: websocket\r\n"
                  + "Connection: Upgrade\r\n"
                  + "Sec-WebSocket-Accept: "
                  + RawClient.ACCEPT
                  + "\r\n\r\n");
    }
  }

  @Test
  void headersOfTheUpgradeMayBeWrittenInAnyWay() throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      String response =
          client.request(
              "GET",
              "/api/v1/ws/events",
              "",
              "authorization: bearer " + garm.token().mint(),
              "CONNECTION: keep-alive, UPGRADE",
              "upgrade: WebSocket",
              "sec-websocket-version: 13",
              "sec-websocket-key: " + RawClient.KEY);

      assertThat(response).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void framesBeforeTheAnswerAreHungUpOn() throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      String request =
          "GET /api/v1/ws/events HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
              + RawClient.KEY
              + "\r\nAuthorization: Bearer "
              + garm.token().mint()
              + "\r\n\r\nxx";
      client.send(RawClient.utf8(request));

      assertThat(client.next()).isIn("END", "RESET");
      assertThat(garm.connections()).isEmpty();
    }
  }

  @Test
  void manyConnectionsMayShareAToken() throws IOException {
    String token = garm.token().mint();
    RawClient[] clients = new RawClient[8];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = RawClient.upgraded(garm, token);
      clients[i].text(RawClient.ALL);
      clients[i].barrier("p");
    }

    assertThat(garm.awaitConnections(8, SOON)).hasSize(8).allMatch(GarmConnection::isOpen);
    assertThat(garm.emit("pool", "create", "{}")).isEqualTo(8);
    for (RawClient client : clients) {
      assertThat(client.next()).startsWith("TEXT ");
      client.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 125 - 57, 126 - 57, 65535 - 57, 65536 - 57, (1 << 20) + 1, 3 << 20})
  void anEventIsOneTextFrameWhateverItsSize(int padding) throws IOException {
    String payload = "\"" + "x".repeat(padding) + "\"";
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.emit("pool", "create", payload);

      RawFrame frame = client.read();
      assertThat(frame.isLast()).isTrue();
      assertThat(frame.opcode()).isEqualTo(RawFrame.TEXT);
      assertThat(frame.text())
          .isEqualTo(
              "{\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":" + payload + "}");
    }
  }

  @Test
  void aRecordedFrameIsSentAsItIsAndFilteredByItsEnvelope() throws IOException {
    String filter = "{\"filters\":[{\"entity-type\":\"github_endpoint\"}]}";
    try (RawClient client = RawClient.subscribed(garm, filter)) {
      int sent = GarmRecording.head().frames().stream().mapToInt(garm::emitRaw).sum();
      garm.connections().get(0).close(1000, "");

      assertThat(client.rest())
          .hasSize(sent + 1)
          .first()
          .isEqualTo("TEXT " + GarmRecording.head().frames().get(0));
    }
  }

  @Test
  void whatIsNotAnEventCanNotBeEmitted() {
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> garm.emitRaw("[]"));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> garm.emitRaw("{\"a\":"));
  }

  @Test
  void aPingIsAnsweredWithItsPayload() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.ping("");
      client.ping("x".repeat(125));

      assertThat(client.next()).isEqualTo("PONG");
      assertThat(client.next()).isEqualTo("PONG " + "x".repeat(125));
      assertThat(garm.connections().get(0).pingsReceived()).isEqualTo(2);
    }
  }

  @Test
  void aMessageOfExactlyTheReadLimitPasses() throws IOException {
    String filter = RawClient.ALL + " ".repeat(READ_LIMIT - RawClient.ALL.length());
    try (RawClient client = RawClient.upgraded(garm)) {
      client.text(filter);

      assertThat(client.barrier("p")).isEmpty();
      assertThat(garm.connections().get(0).hasFilter()).isTrue();
    }
  }

  @Test
  void aMessageOverTheReadLimitIsTooBig() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.send(RawClient.frame(FIN | RawFrame.TEXT, READ_LIMIT + 1, new byte[0]));

      assertThat(client.rest()).containsExactly("CLOSE 1009");
    }
  }

  @Test
  void theReadLimitCountsAllFragmentsOfAMessage() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.send(RawClient.frame(RawFrame.TEXT, new byte[READ_LIMIT]));
      client.send(RawClient.frame(FIN, new byte[1]));

      assertThat(client.rest()).containsExactly("CLOSE 1009");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "81 00,                   bad MASK",
    "C1 80 00 00 00 00,       RSV1 set",
    "A1 80 00 00 00 00,       RSV2 set",
    "91 80 00 00 00 00,       RSV3 set",
    "F1 00,                   'RSV1 set, RSV2 set, RSV3 set, bad MASK'",
    "80 80 00 00 00 00,       continuation after FIN",
    "83 80 00 00 00 00,       bad opcode 3",
    "8B 80 00 00 00 00,       bad opcode 11",
    "09 80 00 00 00 00,       FIN not set on control",
    "89 FE 00 80,             len > 125 for control",
    "01 80 00 00 00 00 81 80, data before FIN",
  })
  void protocolErrorsAreNamedInTheReason(String bytes, String reason) throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.send(bytes(bytes));

      assertThat(client.rest()).containsExactly("CLOSE 1002 " + reason);
    }
  }

  @ParameterizedTest
  @CsvSource({"1000", "1001", "1003", "1011", "3000", "4999"})
  void aCloseIsEchoedWithItsCodeAndNoReason(int code) throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.closeFrame(code, "bye");

      assertThat(client.next()).isEqualTo("CLOSE " + code);
      assertThat(client.next()).isEqualTo("END");
      GarmConnection connection = garm.connections().get(0);
      connection.awaitClosed(SOON);
      assertThat(connection.closeCode()).hasValue(code);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"88 80 00 00 00 00", "88 81 00 00 00 00 03"})
  void aCloseWithoutACodeIsEchoedWithoutOne(String bytes) throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.send(bytes(bytes));

      assertThat(client.next()).isEqualTo("CLOSE");
      assertThat(client.next()).isEqualTo("END");
      assertThat(garm.connections().get(0).closeCode()).hasValue(1005);
    }
  }

  @ParameterizedTest
  @CsvSource({"999", "1004", "1005", "1006", "1014", "1015", "2999", "5000"})
  void aCloseWithACodeThatMayNotBeSent(int code) throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.closeFrame(code, "");

      assertThat(client.rest()).containsExactly("CLOSE 1002 bad close code " + code);
      assertThat(garm.connections().get(0).closeCode()).isEmpty();
    }
  }

  @Test
  void aCloseWhoseReasonIsNotUtf8() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.send(RawClient.frame(FIN | RawFrame.CLOSE, new byte[] {3, (byte) 0xE8, (byte) 0xFF}));

      assertThat(client.rest()).containsExactly("CLOSE 1002 invalid utf8 payload in close frame");
    }
  }

  @Test
  void aTokenWithoutExpiryIsUpgradedAndClosedAtOnce() throws IOException {
    try (RawClient client = RawClient.upgraded(garm, garm.token().withoutExpiry().mint())) {
      assertThat(client.next()).isEqualTo("CLOSE 1000");
      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void aPasswordChangeAndADisabledUserLeaveAnOpenConnectionAlone() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      garm.changePassword(garm.username(), "n3w");
      garm.disableUser(garm.username());

      assertThat(client.barrier("p")).isEmpty();
      assertThat(garm.emit("pool", "create", "{}")).isEqualTo(1);
      assertThat(client.next()).startsWith("TEXT ");
    }
  }

  @Test
  void shuttingDownClosesAllWith1000() throws IOException {
    try (RawClient one = RawClient.subscribed(garm, RawClient.ALL);
        RawClient two = RawClient.upgraded(garm)) {
      garm.emit("pool", "create", "1");

      garm.close();

      assertThat(one.next()).endsWith("\"payload\":1}");
      assertThat(one.next()).isEqualTo("CLOSE 1000");
      assertThat(one.next()).isEqualTo("END");
      assertThat(two.next()).isEqualTo("CLOSE 1000");
      assertThat(two.next()).isEqualTo("END");
    }
  }

  @Test
  void closingTwiceIsHarmlessAndTheUrlStays() {
    String url = garm.url();
    garm.close();
    garm.close();

    assertThat(garm.url()).isEqualTo(url);
  }

  @Test
  void aKilledServerSendsNoCloseFrame() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      garm.connections().get(0).abort();

      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void theServerClosesWithoutWaitingForTheEcho() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      GarmConnection connection = garm.connections().get(0);
      connection.close(4321, "because");
      connection.awaitClosed(SOON);

      assertThat(client.next()).isEqualTo("CLOSE 4321 because");
      assertThat(client.next()).isEqualTo("END");
      assertThat(connection.closeCode()).isEmpty();
    }
  }

  @Test
  void aClientThatOnlyClosesItsDirectionStillGetsAClose() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.socket().shutdownOutput();

      assertThat(client.next()).isEqualTo("CLOSE 1000");
      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void aClientThatGoesAwayIsNoticed() throws IOException {
    RawClient.upgraded(garm).close();

    garm.awaitConnections(1, SOON).get(0).awaitClosed(SOON);

    assertThat(garm.connections().get(0).closeCode()).isEmpty();
  }

  @Test
  void aClientThatGoesAwayInTheMiddleOfARequestIsForgotten() throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      client.send(RawClient.utf8("GET /api/v1/ws/events HTTP/1.1\r\nHost:"));
      client.socket().shutdownOutput();

      assertThatExceptionOfType(EOFException.class).isThrownBy(client::response);
    }
    assertThat(garm.requests()).isEmpty();
  }

  @Test
  void anyTextCanBeSentToAConnection() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      garm.connections().get(0).send("invalid filter");

      assertThat(client.next()).isEqualTo("TEXT invalid filter");
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.ofDelimiter(" ").parseHex(hex);
  }
}
