package dev.infraevents.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.testkit.junit.LeakCheck;
import java.net.URI;
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
}
