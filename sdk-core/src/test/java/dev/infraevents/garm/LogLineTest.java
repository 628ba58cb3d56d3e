package dev.infraevents.garm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.infraevents.Bytes;
import dev.infraevents.CloudEvents;
import dev.infraevents.Event;
import dev.infraevents.OpenEnum;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class LogLineTest {

  private static final String JSON =
      "{\"time\":\"2026-01-02T20:21:51.426738001+02:00\",\"level\":\"ERROR\",\"msg\":\"no <pool>\","
          + "\"pool_id\":\"p1\",\"count\":3,\"owner\":{\"name\":\"acme\"},\"gone\":null}";

  private static final String TEXT =
      "time=2024-08-08T20:21:51.426+02:00 level=WARN msg=\"no \\\"pool\\\" a=b\" pool_id=p1"
          + " path=C:\\garm empty=\"\"\n";

  private static LogLine line(String text) {
    return LogLine.decode(Bytes.ofUtf8(text));
  }

  private static InboundMessage<LogLine> message(String text) {
    return new GarmDecoder().readLog(Bytes.ofUtf8(text), Frames.SOURCE, Frames.RECEIVED);
  }

  @Test
  void readsAnObject() {
    LogLine line = line(JSON);

    assertThat(line.time()).isEqualTo(Instant.parse("2026-01-02T18:21:51.426738001Z"));
    assertThat(line.level().is(LogLevel.ERROR)).isTrue();
    assertThat(line.message()).isEqualTo("no <pool>");
    assertThat(line.attributes()).containsOnlyKeys("pool_id", "count", "owner", "gone");
    assertThat(line.attributes().keySet()).startsWith("pool_id", "count");
    assertThat(line.attribute("pool_id")).isEqualTo("p1");
    assertThat(line.attribute("count")).isEqualTo("3");
    assertThat(line.attribute("owner")).isEqualTo("{\"name\":\"acme\"}");
    assertThat(line.attribute("other")).isEmpty();
  }

  @Test
  void readsALineOfText() {
    LogLine line = line(TEXT);

    assertThat(line.time()).isEqualTo(Instant.parse("2024-08-08T18:21:51.426Z"));
    assertThat(line.level().is(LogLevel.WARN)).isTrue();
    assertThat(line.message()).isEqualTo("no \"pool\" a=b");
    assertThat(line.attributes())
        .isEqualTo(
            Map.of(
                "pool_id", TextNode.valueOf("p1"),
                "path", TextNode.valueOf("C:\\garm"),
                "empty", TextNode.valueOf("")));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "a\\nb\\tc\\\\d, `a\nb\tc\\d`",
        "\\a\\b\\f\\v\\r, `\u0007\b\f\u000B\r`",
        "\\x01\\x7f, `\u0001\u007f`",
        "\\xff, \uFFFD",
        "\\u2028\\U0001f600, `\u2028\uD83D\uDE00`",
        "gr\u00FC\u00DFe, gr\u00FC\u00DFe",
      })
  void readsTheEscapesOfGo(String quoted, String meant) {
    assertThat(line("level=INFO msg=\"" + quoted + "\"").message()).isEqualTo(meant);
    assertThat(line("msg=m \"" + quoted + "\"=v").attribute(meant)).isEqualTo("v");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "panic: runtime error",
        "level=INFO pool=p",
        "msg=a  pool=p",
        "msg=a pool",
        "msg=a =p",
        "msg=a=b",
        "msg=\"a",
        "msg=\"a\"b",
        "msg=\"\\q\"",
        "msg=\"\\x0\"",
        "msg=\"\\u00",
        "msg=\"\\U00110000\"x",
        "msg=a\nmsg=b",
        "{\"msg\":",
        "{\"msg\":\"a\"} {\"msg\":\"b\"}",
        "[1]",
        "\"msg\"",
        "null"
      })
  void whatIsNoRecordIsAMessage(String text) {
    LogLine line = line(text);

    assertThat(line.message()).isEqualTo(text);
    assertThat(line.time()).isNull();
    assertThat(line.level().isSet()).isFalse();
    assertThat(line.attributes()).isEmpty();
    assertThat(line(text + "\n")).isEqualTo(line);
  }

  @Test
  void deepNestingIsAMessageToo() {
    String text = "{\"msg\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}";

    assertThat(line(text).message()).isEqualTo(text);
  }

  @Test
  void fieldsOfAnotherKindAreAttributes() {
    LogLine line =
        line(
            "{\"time\":\"noon\",\"level\":4,\"msg\":\"a\",\"msg\":\"b\",\"level\":\"INFO+2\",\"time\":1}");

    assertThat(line.time()).isNull();
    assertThat(line.message()).isEqualTo("a");
    assertThat(line.level()).isEqualTo(OpenEnum.of(LogLevel.class, "INFO+2"));
    assertThat(line.level().known()).isEmpty();
    assertThat(line.attributes()).containsOnlyKeys("time", "level", "msg");
    assertThat(line.attribute("msg")).isEqualTo("b");
  }

  @Test
  void anObjectWithoutAMessageKeepsItsFields() {
    assertThat(line("{\"level\":\"INFO\",\"a\":1}").attribute("a")).isEqualTo("1");
    assertThat(line("{}").message()).isEmpty();
  }

  @Test
  void theLevelCanBeFilteredBy() {
    assertThat(message(TEXT).attributes()).isEqualTo(Map.of(Garm.LEVEL, "WARN"));
    assertThat(message(JSON).attributes()).isEqualTo(Map.of(Garm.LEVEL, "ERROR"));
    assertThat(message("panic").attributes()).isEmpty();
    assertThat(message(JSON).type()).isEqualTo(Garm.LOG);
    assertThat(message(JSON).subject()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {JSON, JSON + "\n", TEXT, "panic: oh\n", "{\"msg\":\"\uFEFF\"} x", "1"})
  void comesBackTypedFromACloudEvent(String text) {
    Event<LogLine> event = message(text).decode();
    Event<?> back = CloudEvents.fromJson(CloudEvents.toJson(event));

    assertThat(event.raw().utf8()).isEqualTo(text);
    assertThat(back.type()).isEqualTo(Garm.LOG);
    assertThat(back.payload()).isEqualTo(event.payload());
    assertThat(back.data()).isEqualTo(event.data());
    assertThat(back.dataContentType()).isEqualTo(event.dataContentType());
    assertThat(back.time()).isEqualTo(event.payload().time());
    assertThat(back.attributes()).isEqualTo(event.attributes());
    assertThat(back.id()).isEqualTo(event.id());
  }

  @Test
  void anObjectTravelsAsJson() {
    assertThat(CloudEvents.toJson(message(JSON + "\n").decode())).contains("\"data\":" + JSON);
    assertThat(message(TEXT).decode().dataContentType()).isEqualTo("text/plain");
  }

  @Test
  void textIsNotShown() {
    String shown = line(TEXT.replace("p1", "hunter2").replace("a=b", "hunter2")).toString();

    assertThat(shown)
        .contains("level=WARN", "message=<17 characters>", "[pool_id, path, empty]")
        .doesNotContain("hunter2");
    assertThat(line("hunter2").toString()).doesNotContain("hunter2");
    assertThat(message("hunter2").decode().toString()).doesNotContain("hunter2");
  }
}
