package dev.infraevents.foundries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.OpenEnum;
import dev.infraevents.testkit.junit.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class LogTextTest {

  private static final String LINE =
      "127.0.0.1 - - [02/Jan/2026:03:04:05 +0000] \"GET / HTTP/1.1\"\n";

  @Test
  void theHeadersOfAllFramesAreRemoved() {
    ComposeService service = service("docker-frames.json");

    assertThat(service.logs()).startsWith("\u0002\0\0\0\0\0\0<127.0.0.1").contains("\u0001\0\0\0");
    assertThat(service.logText())
        .isEqualTo(LINE + "\u00fcbel: connection refused\n" + "x".repeat(299) + "\n" + "out\n");
  }

  @Test
  void damagedLengthsDoNotMatter() {
    assertThat(service("docker-frames-damaged.json").logText())
        .isEqualTo(LINE + "y".repeat(199) + "\n" + LINE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain text\n",
        "\u0002",
        "\u0002\0\0\0\0\0\0", // no whole header
        "\0\0\0\0\0\0\0\0\0",
        "\u0003\0\0\0\0\0\0\u0001x",
        "a\u0002\0\0\0\0\0\0\u0001x", // does not begin with one
        "\u001b[31mred\u001b[0m\n"
      })
  void whatDoesNotBeginWithAHeaderIsLeftAlone(String logs) {
    assertThat(text(logs)).isEqualTo(logs);
  }

  @Test
  void aLengthMayLookLikeAnything() {
    for (int length : new int[] {0, 1, 2, 9, 10, 13, 34, 60, 127, 258, 0x01000000, 0x02000000}) {
      String header = header(2, length);

      assertThat(text(header + "a\n" + header + header + "b")).isEqualTo("a\nb");
      assertThat(text(header)).isEmpty();
    }
  }

  @Test
  void everySplitOfAnOutputReadsTheSame() {
    String output = Stream.of("one\n", "\n", "tw\u00f6\r\n", "three").collect(Collectors.joining());
    for (int cut = 0; cut <= output.length(); cut++) {
      assertThat(text(frame(1, output.substring(0, cut)) + frame(2, output.substring(cut))))
          .isEqualTo(output);
    }
  }

  @Test
  void megabytesOfHeadersAreReadInNoTime() {
    assertThat(text(header(2, Integer.MAX_VALUE).repeat(500_000))).isEmpty();
  }

  private static String frame(int stream, String text) {
    return header(stream, text.getBytes(StandardCharsets.UTF_8).length) + text;
  }

  private static String header(int stream, int length) {
    byte[] header = ByteBuffer.allocate(8).put((byte) stream).putInt(4, length).array();
    return new String(header, StandardCharsets.ISO_8859_1);
  }

  private static ComposeService service(String file) {
    return Corpus.payload(AppsStateChanged.class, file).apps().get("shop").services().get(0);
  }

  private static String text(String logs) {
    return new ComposeService(
            "",
            "",
            OpenEnum.of(ComposeService.State.class, ""),
            "",
            OpenEnum.of(Health.class, ""),
            "",
            logs,
            Map.of())
        .logText();
  }
}
