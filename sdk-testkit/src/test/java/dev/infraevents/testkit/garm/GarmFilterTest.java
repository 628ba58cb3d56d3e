package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a filter lets through, which messages are filters, and the ping barrier. */
@ExtendWith(LeakCheck.class)
class GarmFilterTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String POOLS = "{\"filters\":[{\"entity-type\":\"pool\"}]}";

  @RegisterExtension final FakeGarmExtension extension = new FakeGarmExtension();

  private FakeGarm garm;

  @BeforeEach
  void setUp() {
    garm = extension.server();
  }

  @Test
  void nothingIsSentBeforeTheFirstFilter() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      assertThat(garm.emit("pool", "create", "{}")).isZero();
      assertThat(client.barrier("p")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"send-everything\":true}",
        "{\"Send-Everything\":true}",
        "{\"send-everything\":true,\"filters\":[{\"entity-type\":\"bogus\"}]}",
        "{\"send-everything\":true,\"unknown\":{}}",
        " {\"send-everything\" : true} ",
        "{\"SEND-EVERYTHING\":false,\"send-everything\":true}",
      })
  void everything(String filter) throws IOException {
    try (RawClient client = RawClient.subscribed(garm, filter)) {
      assertThat(garm.emit("pool", "create", "{\"id\":\"1\"}")).isEqualTo(1);
      assertThat(garm.emit("from-the-future", "whatever", "[]")).isEqualTo(1);

      assertThat(client.next())
          .isEqualTo(
              "TEXT {\"entity-type\":\"pool\",\"operation\":\"create\",\"payload\":{\"id\":\"1\"}}");
      assertThat(client.next())
          .isEqualTo(
              "TEXT {\"entity-type\":\"from-the-future\",\"operation\":\"whatever\","
                  + "\"payload\":[]}");
    }
  }

  @Test
  void entriesAreCombinedWithOrAndAnEventMatchedTwiceComesOnce() throws IOException {
    String filter =
        "{\"send-everything\":false,\"filters\":["
            + "{\"entity-type\":\"instance\",\"operations\":[\"create\",\"delete\"]},"
            + "{\"entity-type\":\"pool\"},{\"entity-type\":\"pool\",\"operations\":[\"update\"]}]}";
    try (RawClient client = RawClient.subscribed(garm, filter)) {
      garm.emit("instance", "create", "1");
      garm.emit("instance", "update", "2");
      garm.emit("instance", "delete", "3");
      garm.emit("pool", "update", "4");
      garm.emit("job", "create", "5");

      garm.connections().get(0).close(1000, "");
      assertThat(payloads(client)).containsExactly("1", "3", "4");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"filters\":[{\"entity-type\":\"pool\"}]}",
        "{\"filters\":[{\"entity-type\":\"pool\",\"operations\":[]}]}",
        "{\"filters\":[{\"entity-type\":\"pool\",\"operations\":null}]}",
        "{\"send-everything\":null,\"filters\":[{\"Entity-Type\":\"pool\",\"x\":1}]}",
        "{\"FILTERS\":[{\"entity-type\":\"pool\",\"OPERATIONS\":[\"update\",\"create\"]}]}",
      })
  void missingOperationsMeanAll(String filter) throws IOException {
    try (RawClient client = RawClient.subscribed(garm, filter)) {
      assertThat(garm.emit("pool", "create", "1")).isEqualTo(1);
      assertThat(garm.emit("job", "create", "2")).isZero();
      assertThat(client.next()).endsWith("\"payload\":1}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "repository",
        "organization",
        "enterprise",
        "pool",
        "user",
        "instance",
        "job",
        "controller",
        "github_credentials",
        "github_endpoint",
        "gitea_credentials",
        "scaleset",
        "template",
        "file_object",
        "forge_instance",
        "proxy",
      })
  void entityTypesOfHead(String type) throws IOException {
    try (RawClient client =
        RawClient.subscribed(garm, "{\"filters\":[{\"entity-type\":\"" + type + "\"}]}")) {
      assertThat(garm.emit(type, "update", "{}")).isEqualTo(1);
      assertThat(client.next()).contains(type);
    }
  }

  @Test
  void aFilterReplacesTheOneBefore() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, POOLS)) {
      client.text("{\"filters\":[{\"entity-type\":\"job\"}]}");
      client.barrier("p");

      assertThat(garm.emit("pool", "create", "1")).isZero();
      assertThat(garm.emit("job", "create", "2")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{\"filters\":[]}",
        "{\"filters\":null}",
        "{\"send-everything\":false}",
        "{\"send_everything\":true}",
        "{\"unknown\":1}",
      })
  void messagesWithoutAFilterAreIgnored(String message) throws IOException {
    try (RawClient client = RawClient.subscribed(garm, POOLS)) {
      client.text(message);
      assertThat(client.barrier("p")).isEmpty();

      assertThat(garm.emit("pool", "create", "1")).isEqualTo(1);
      assertThat(garm.connections().get(0).filters()).containsExactly(POOLS, message);
    }
  }

  @Test
  void aFirstMessageWithoutAFilterLeavesTheConnectionSilent() throws IOException {
    try (RawClient client = RawClient.subscribed(garm, "{\"send_everything\":true}")) {
      assertThat(garm.emit("pool", "create", "1")).isZero();
      assertThat(garm.connections().get(0).hasFilter()).isFalse();
      assertThat(client.barrier("q")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not json",
        "[]",
        "\"text\"",
        "true",
        "{\"send-everything\":\"true\"}",
        "{\"send-everything\":1}",
        "{\"filters\":\"x\"}",
        "{\"filters\":{}}",
        "{\"filters\":[\"pool\"]}",
        "{\"filters\":[{\"entity-type\":5}]}",
        "{\"filters\":[{\"entity-type\":\"pool\",\"operations\":\"create\"}]}",
        "{\"filters\":[{\"entity-type\":\"pool\",\"operations\":[1]}]}",
        "{\"send-everything\":true,\"filters\":\"x\"}",
        "{\"send-everything\":true} x",
        "{\"send-everything\":true}{}",
        "{\"send-everything\":true",
      })
  void messagesThatAreNoFilterCloseTheConnection(String message) throws IOException {
    assertRejected(message, "failed to unmarshal filter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"filters\":[{\"entity-type\":\"bogus\"}]}",
        "{\"filters\":[{\"entity-type\":\"Pool\"}]}",
        "{\"filters\":[{\"entity-type\":\"\"}]}",
        "{\"filters\":[{\"entity_type\":\"pool\"}]}",
        "{\"filters\":[{}]}",
        "{\"filters\":[null]}",
        "{\"filters\":[{\"entity-type\":\"pool\",\"operations\":[\"read\"]}]}",
        "{\"filters\":[{\"entity-type\":\"pool\",\"operations\":[\"Create\"]}]}",
        "{\"filters\":[{\"entity-type\":\"pool\",\"operations\":[null]}]}",
        "{\"filters\":[{\"entity-type\":\"pool\"},{\"entity-type\":\"bogus\"}]}",
      })
  void filtersThatAreNotValidCloseTheConnection(String message) throws IOException {
    assertRejected(message, "invalid filter");
  }

  private void assertRejected(String message, String text) throws IOException {
    try (RawClient client = RawClient.subscribed(garm, RawClient.ALL)) {
      client.text(message);
      assertThat(client.next()).isEqualTo("CLOSE 1000");
      assertThat(client.next()).isEqualTo("END");
    }
    try (FakeGarm talkative = FakeGarm.builder().rejectionText(RejectionText.ALWAYS).start();
        RawClient client = RawClient.upgraded(talkative)) {
      client.text(message);
      assertThat(client.next()).isEqualTo("TEXT " + text);
      assertThat(client.next()).isEqualTo("CLOSE 1000");
      assertThat(client.next()).isEqualTo("END");
    }
  }

  @Test
  void rarelyExplainsEveryTenthRejection() throws IOException {
    try (FakeGarm server = FakeGarm.builder().rejectionText(RejectionText.RARELY).start()) {
      for (int n = 1; n <= 20; n++) {
        try (RawClient client = RawClient.upgraded(server)) {
          client.text("{}"); // no filter, no rejection
          client.text("not json");
          if (n % 10 == 0) {
            assertThat(client.next()).isEqualTo("TEXT failed to unmarshal filter");
          }
          assertThat(client.next()).as("rejection %d", n).isEqualTo("CLOSE 1000");
        }
      }
    }
  }

  @Test
  void afterARejectedFilterNoPongComes() throws IOException {
    for (int i = 0; i < 50; i++) {
      try (RawClient client = RawClient.upgraded(garm)) {
        byte[] filter = RawClient.utf8("{\"filters\":[{}]}");
        byte[] ping = RawClient.utf8("barrier");
        client.send(
            join(
                RawClient.frame(0x80 | RawFrame.TEXT, filter),
                RawClient.frame(0x80 | RawFrame.PING, ping)));
        assertThat(client.rest()).containsExactly("CLOSE 1000");
      }
    }
  }

  @Test
  void thePongAfterAFilterProvesThatItIsInEffect() throws IOException {
    for (int i = 0; i < 50; i++) {
      try (RawClient client = RawClient.upgraded(garm)) {
        client.send(
            join(
                RawClient.frame(0x80 | RawFrame.TEXT, RawClient.utf8(POOLS)),
                RawClient.frame(0x80 | RawFrame.PING, RawClient.utf8("barrier " + i))));
        assertThat(client.next()).isEqualTo("PONG barrier " + i);
        assertThat(garm.emit("pool", "create", "1")).isEqualTo(1);
        assertThat(client.next()).endsWith("\"payload\":1}");
      }
      garm.connections().get(i).awaitClosed(SOON);
    }
  }

  @Test
  void aFilterMayComeInABinaryFrame() throws IOException {
    try (RawClient client = RawClient.upgraded(garm)) {
      client.send(RawClient.frame(0x80 | RawFrame.BINARY, RawClient.utf8(POOLS)));
      client.barrier("p");

      assertThat(garm.emit("pool", "create", "1")).isEqualTo(1);
    }
  }

  @Test
  void aFilterMayComeInFragmentsWithAPingBetween() throws IOException {
    byte[] filter = RawClient.utf8(POOLS);
    try (RawClient client = RawClient.upgraded(garm)) {
      client.send(RawClient.frame(RawFrame.TEXT, filter, 0, 5));
      client.ping("between");
      assertThat(client.next()).isEqualTo("PONG between");
      assertThat(garm.connections().get(0).hasFilter()).isFalse();
      client.send(RawClient.frame(0x00, filter, 5, 10));
      client.send(RawClient.frame(0x80, filter, 10, filter.length));
      client.barrier("p");

      assertThat(garm.connections().get(0).filters()).containsExactly(POOLS);
      assertThat(garm.emit("pool", "create", "1")).isEqualTo(1);
    }
  }

  private static List<String> payloads(RawClient client) throws IOException {
    return client.rest().stream()
        .filter(frame -> frame.startsWith("TEXT"))
        .map(frame -> frame.replaceAll(".*\"payload\":(.*)}", "$1"))
        .toList();
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = new byte[first.length + second.length];
    System.arraycopy(first, 0, both, 0, first.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
