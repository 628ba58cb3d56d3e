package dev.infraevents.testkit.garm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The websockets for the log and for metrics. */
@ExtendWith(LeakCheck.class)
class GarmFeedTest {

  private static final Duration SOON = Duration.ofSeconds(10);

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
    assertThat(time.pendingTasks()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws", "/ws/", "/ws/logs", "/ws/logs/"})
  void theLogComesWithoutAFilter(String path) throws IOException {
    try (RawClient client = open(path)) {
      garm.logs().awaitConnections(1, SOON);
      assertThat(garm.log("INFO", "a <b>")).isEqualTo(1);

      String text = client.read().text();
      JsonNode line = Json.requireObject(text);
      assertThat(line.path("level").asText()).isEqualTo("INFO");
      assertThat(line.path("msg").asText()).isEqualTo("a <b>");
      assertThat(text).startsWith("{\"time\":\"").contains("\\u003c");
      assertThat(garm.connections()).isEmpty();
      assertThat(garm.upgradeRequests()).isEmpty();
    }
  }

  @Test
  void theLogOf015IsText() throws IOException {
    restart(builder -> builder.version(GarmVersion.V0_1_5));
    try (RawClient client = open("/ws/logs")) {
      garm.logs().awaitConnections(1, SOON);
      garm.log("WARN", "it \"is\"");

      assertThat(client.read().text()).endsWith(" level=WARN msg=\"it \\\"is\\\"\"\n");
    }
  }

  @Test
  void anyTextCanBeSentAndMessagesOfTheClientDoNotMatter() throws IOException {
    try (RawClient client = open("/ws/logs")) {
      client.text("not a filter");
      assertThat(client.barrier("p")).isEmpty();
      assertThat(garm.logs().send("x")).isEqualTo(1);
      assertThat(client.next()).isEqualTo("TEXT x");
      garm.emit("pool", "create", "{}");
      assertThat(client.barrier("no event")).isEmpty();
      assertThatIllegalStateException().isThrownBy(() -> garm.logs().repeat("x"));
    }
  }

  @Test
  void withoutALogStreamer() throws IOException {
    restart(builder -> builder.logStreamer(false));
    for (String path : List.of("/ws", "/ws/logs")) {
      assertThat(refusal(path))
          .startsWith("HTTP/1.1 400 Bad Request\r\n")
          .endsWith("{\"error\":\"Bad Request\",\"details\":\"log streamer is disabled\"}\n");
    }
  }

  @Test
  void metricsComeEvery5SecondsOnceTheyAreSet() throws IOException {
    try (RawClient client = open("/ws/metrics")) {
      garm.metrics().awaitConnections(1, SOON);
      time.advance(Duration.ofSeconds(5));
      garm.metrics().repeat("{\"entities\":[]}");
      assertThat(client.barrier("p")).isEmpty();
      time.advance(Duration.ofSeconds(10));
      assertThat(client.next()).isEqualTo("TEXT {\"entities\":[]}");
      assertThat(client.next()).isEqualTo("TEXT {\"entities\":[]}");
      assertThat(client.barrier("q")).isEmpty();
    }
  }

  @Test
  void theyHaveTheGuardsPingsAndEndOfAnyWebsocket() throws IOException {
    for (String path : List.of("/ws/logs", "/ws/metrics")) {
      restart(builder -> {});
      try (RawClient client = RawClient.connect(garm)) {
        assertThat(client.upgradeAt("/api/v1" + path)).startsWith("HTTP/1.1 401 ");
      }
      garm.inject(Fault.refuseUpgrade(503, "text/plain", "no"));
      assertThat(refusal(path)).startsWith("HTTP/1.1 503 ");
      try (RawClient client = open(path)) {
        client.barrier("upgraded");
        time.advance(Duration.ofSeconds(54));
        assertThat(client.next()).isEqualTo("PING");
        garm.inject(Fault.expireToken());
        assertThat(client.next()).isEqualTo("CLOSE 1000");
      }
    }
  }

  @Test
  void in015ThereAreNoMetrics() throws IOException {
    restart(builder -> builder.version(GarmVersion.V0_1_5));
    assertThat(refusal("/ws/metrics"))
        .endsWith("{\"error\":\"Not found\",\"details\":\"Resource not found\"}\n");
  }

  private RawClient open(String path) throws IOException {
    RawClient client = RawClient.connect(garm);
    String response = client.upgradeAt("/api/v1" + path, bearer());
    assertThat(response).startsWith("HTTP/1.1 101 ");
    return client;
  }

  private String refusal(String path) throws IOException {
    try (RawClient client = RawClient.connect(garm)) {
      return client.upgradeAt("/api/v1" + path, bearer());
    }
  }

  private String bearer() {
    return "Authorization: Bearer " + garm.token().mint();
  }
}
