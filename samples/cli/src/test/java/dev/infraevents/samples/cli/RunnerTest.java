package dev.infraevents.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@ExtendWith(LeakCheck.class)
class RunnerTest {

  @Command(name = "sample", mixinStandardHelpOptions = true, description = "für Tests")
  private static final class Sample implements Callable<Integer> {
    @Option(names = "--fail", description = "fail with this message")
    String message;

    @Mixin CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
      if (message != null) {
        throw new IllegalStateException(message);
      }
      return (int) Math.min(0, common.stop.limit.toNanos());
    }
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Runner.execute((events, rest) -> new Sample(), print(out), print(err), args);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private List<String> errLines() {
    return err.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--gnome",
        "--count",
        "--count=0",
        "--output=xml",
        "--for=soon",
        "--for=876001h",
        "--for=9999999h",
        "--for=999999999m",
      })
  void aWrongFlagIsOneLineWithAHint(String flag) {
    assertThat(run(flag)).isEqualTo(2);
    assertThat(errLines())
        .singleElement()
        .asString()
        .startsWith("sample: ")
        .contains(flag.replaceFirst("=.*", ""))
        .endsWith("; see --help");
    assertThat(out.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10ms", "30s", "5m", "876000h", "999999999s", "999999999ms"})
  void durationsUpToAHundredYearsAreTaken(String duration) {
    assertThat(run("--for", duration)).isZero();
    assertThat(errLines()).isEmpty();
  }

  @Test
  void helpListsEverythingOnStdout() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--output", "--count", "--for", "--fail", "--help", "für Tests");
    assertThat(errLines()).isEmpty();
  }

  @Test
  void aFailureIsItsWholeMessageOnOneLine() {
    assertThat(run("--fail", "it broke:\n  the\tgnome\r\n\u001b[31mleft\n")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("sample: it broke: the gnome [31mleft" + System.lineSeparator());
  }
}
