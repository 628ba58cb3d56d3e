package dev.infraevents.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class EventPrinterTest {

  private static Event<?> event(String subject) {
    return Event.builder(EventType.of("garm.template.delete", String.class))
        .source(URI.create("http://garm"))
        .subject(subject)
        .payload("payload")
        .build();
  }

  @Test
  void textIsOneLineWithoutControlCharacters() {
    String line =
        EventPrinter.text(event("a\nb"), "c\r\nd\u001b[2Je\u0007f\u0085g\u2028h\u2029i\tj\u007fk");
    assertThat(line).startsWith("garm.template.delete ").contains("a b ");
    assertThat(line).endsWith(" c  d [2Je f g h i j k");
  }

  @Test
  void textIsCutBetweenCharacters() {
    String pile = "\uD83D\uDCA9".repeat(100);
    for (String what : new String[] {pile, "x" + pile}) {
      String line = EventPrinter.text(event("s"), what);
      assertThat(line).hasSizeBetween(159, 160).endsWith("\uDCA9...");
    }
  }

  @Test
  void rawPrintsTextAsItArrivedAndEverythingElseInBase64() {
    byte[] bytes = {8, 1, '\n', (byte) 0xff};
    for (String text : List.of("application/json", "application/x+json; a=b", "text/plain")) {
      assertThat(raw(Bytes.ofUtf8("{\"a\": \"\u00fc\"}"), text)).isEqualTo("{\"a\": \"\u00fc\"}");
    }
    for (String binary : List.of("application/protobuf", "application/octet-stream", "")) {
      assertThat(raw(Bytes.of(bytes), binary)).isEqualTo("CAEK/w==");
      assertThat(raw(Bytes.ofUtf8("text by chance"), binary)).isEqualTo("dGV4dCBieSBjaGFuY2U=");
    }
  }

  @Test
  void rawPrintsABinaryMessageWithTextInItInBase64() {
    Bytes json = Bytes.ofUtf8("{}");
    assertThat(raw(Bytes.of(new byte[] {10, 2, '{', '}', 26, 1, '7'}), json, "application/json"))
        .isEqualTo("CgJ7fRoBNw==");
    assertThat(raw(Bytes.of(new byte[] {'{', (byte) 0xff}), json, "application/json"))
        .isEqualTo("e/8=");
  }

  @Test
  void rawPrintsTextOnOneLine() {
    assertThat(raw(Bytes.ofUtf8("{\r\n\"a\":\n1\n}"), "application/json"))
        .isEqualTo("{ \"a\": 1 }");
  }

  private static String raw(Bytes message, String contentType) {
    return raw(message, message, contentType);
  }

  private static String raw(Bytes message, Bytes data, String contentType) {
    Event<?> event =
        Event.builder(EventType.of("x", String.class))
            .source(URI.create("http://x"))
            .payload("payload")
            .data(data, contentType)
            .raw(message)
            .build();
    var out = new ByteArrayOutputStream();
    var printer =
        new EventPrinter(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            CommonOptions.Output.RAW,
            e -> "words");
    assertThat(printer.print(event)).isTrue();
    return out.toString(StandardCharsets.UTF_8).strip();
  }
}
