package dev.infraevents.websocket.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmConnection;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Far more than the handler takes, with a 64 MB heap. */
@ExtendWith(LeakCheck.class)
class GarmOverloadTest {

  private static final int EVENTS = 10_000;
  private static final String PADDING = "x".repeat(20_000);

  @Test
  void anOverloadedClientKeepsReadingAnswersPingsAndCountsWhatItDrops()
      throws IOException, InterruptedException {
    try (var server =
        FakeGarm.builder().pingInterval(Duration.ofMillis(50)).bufferCapacity(EVENTS + 1).start()) {
      Process client = client(server);
      GarmConnection connection = server.awaitFilter(Received.PATIENCE);
      for (int i = 0; i < EVENTS; i++) {
        server.emit("instance", "update", payload("\"" + i + "\""));
      }
      int pongs = connection.pongsReceived();
      connection.await(c -> c.pongsReceived() > pongs, Received.PATIENCE);
      server.emit("instance", "update", payload("\"last\""));

      String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(client.waitFor()).as(output).isZero();
      Map<String, String> result = result(output);
      assertThat(server.eventsDropped()).isZero();
      assertThat(result).containsEntry("received", String.valueOf(EVENTS + 1));
      assertThat(result).containsEntry("balances", "true").containsEntry("epoch", "1");
      assertThat(Long.parseLong(result.get("delivered"))).isLessThanOrEqualTo(1_001);
      assertThat(Long.parseLong(result.get("dropped"))).isGreaterThanOrEqualTo(EVENTS - 1_000);
      assertThat(result.get("signalled")).isEqualTo(result.get("dropped"));
      assertThat(Long.parseLong(result.get("lagging"))).isPositive();
      assertThat(Long.parseLong(result.get("usedMiB"))).as(output).isLessThan(32);
      System.out.println("overload: " + output.strip());
    }
  }

  private static String payload(String id) {
    return "{\"id\":" + id + ",\"name\":\"px\",\"provider_name\":\"" + PADDING + "\"}";
  }

  private static Process client(FakeGarm server) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                OverloadedClient.class.getName(),
                server.url(),
                server.username(),
                server.password(),
                String.valueOf(EVENTS + 1)))
        .redirectErrorStream(true)
        .start();
  }

  private static Map<String, String> result(String output) {
    String line =
        output.lines().filter(text -> text.startsWith("received=")).findFirst().orElse("");
    return Stream.of(line.split(" "))
        .map(pair -> pair.split("=", 2))
        .filter(pair -> pair.length == 2)
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }
}
