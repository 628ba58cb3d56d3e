package dev.infraevents.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class QuickstartTest {

  @Test
  void printsEveryRecordedEventAndBalances() throws InterruptedException {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code = new Quickstart(print(out), print(err)).call();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    int events = GarmRecording.head().frames().size();
    assertThat(code).isZero();
    assertThat(lines).hasSize(events + 1);
    assertThat(lines.get(events))
        .isEqualTo(
            "garm: received=%d delivered=%d filtered=0 deduplicated=0 dropped=0 undecodable=0"
                .formatted(events, events));
    assertThat(lines.subList(0, events)).allSatisfy(line -> assertThat(line).startsWith("garm."));
    assertThat(lines.subList(0, events)).noneMatch(line -> line.contains("UnknownEntity"));
    assertThat(lines.subList(0, events).stream().map(line -> line.split(" ", 2)[0]).distinct())
        .as("all kinds of the recording")
        .hasSize(38);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
