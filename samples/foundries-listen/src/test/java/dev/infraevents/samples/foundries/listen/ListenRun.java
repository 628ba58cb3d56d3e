package dev.infraevents.samples.foundries.listen;

import dev.infraevents.samples.cli.Runner;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The command, run to its end in this process.
 *
 * @param code its exit code
 * @param out the lines of events
 * @param err all other lines
 */
record ListenRun(int code, List<String> out, List<String> err) {

  static ListenRun of(String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code = Runner.execute(FoundriesListen::new, print(out), print(err), args);
    return new ListenRun(code, lines(out), lines(err));
  }

  /** What it says but for signals. */
  List<String> complaints() {
    return err.stream().filter(line -> !line.startsWith("# ")).toList();
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static List<String> lines(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
