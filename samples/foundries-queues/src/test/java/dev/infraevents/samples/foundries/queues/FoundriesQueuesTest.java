package dev.infraevents.samples.foundries.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.samples.cli.Runner;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.foundries.FakeFoundriesApi;
import dev.infraevents.testkit.foundries.FakeFoundriesApiExtension;
import dev.infraevents.testkit.foundries.FoundriesQueue;
import dev.infraevents.testkit.junit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class FoundriesQueuesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String URL = "https://events.example.com/hook";

  @RegisterExtension final FakeFoundriesApiExtension extension = new FakeFoundriesApiExtension();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private FakeFoundriesApi server() {
    return extension.server();
  }

  private int run(Map<String, String> environment, String... args) {
    return Runner.execute(
        (queues, rest) -> new FoundriesQueues(queues, rest, environment),
        print(out),
        print(err),
        args);
  }

  /** Runs a verb with the flags for the server before it. */
  private int verb(String... args) {
    List<String> all = new ArrayList<>(List.of("--api", server().url()));
    all.addAll(List.of("--factory", server().factory(), "--token", server().apiToken()));
    all.addAll(List.of(args));
    return run(Map.of(), all.toArray(String[]::new));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private List<String> errLines() {
    return err.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private List<String> outLines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void listPrintsALinePerQueue() {
    server().addPushQueue("ci", URL);
    server().addPullQueue("old");

    assertThat(verb("list")).isZero();

    assertThat(outLines()).hasSize(2);
    assertThat(outLines().get(0)).matches("ci +push +" + URL);
    assertThat(outLines().get(1)).matches("old +pull");
    assertThat(errLines()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "raw", "JSON"})
  void listPrintsAnObjectPerQueue(String output) {
    server().addPushQueue("ci", URL);

    assertThat(verb("list", "--output", output)).isZero();

    assertThat(outLines())
        .containsExactly("{\"label\":\"ci\",\"type\":\"push\",\"push-url\":\"" + URL + "\"}");
  }

  @Test
  void rawKeepsWhatIsNotKnownOnOneLine() {
    server()
        .inject(
            Fault.refuseUpgrade(
                200, "application/json", "[{\"label\":\"a\",\n\"type\":\"new\",\"x\":1.50}]"));

    assertThat(verb("list", "--output", "raw")).isZero();

    assertThat(outLines()).containsExactly("{\"label\":\"a\", \"type\":\"new\",\"x\":1.50}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mk-push", "mk"})
  void pushQueueIsCreated(String verb) {
    assertThat(verb(verb, "ci", URL)).isZero();

    FoundriesQueue queue = server().queues().get(0);
    assertThat(queue.label()).isEqualTo("ci");
    assertThat(queue.pushUrl()).isEqualTo(URL);
    assertThat(errLines()).containsExactly("# created; the first event may take five minutes");
    assertThat(outLines()).isEmpty();
  }

  @Test
  void pullQueueIsCreatedAndItsCredentialsKept(@TempDir Path folder) {
    Path file = folder.resolve("key.json");

    assertThat(verb("mk-pull", "old", file.toString())).isZero();

    assertThat(file).hasContent(server().queues().get(0).credentials());
    assertThat(errLines()).singleElement().asString().contains("deprecated");
    assertThat(outLines()).isEmpty();
  }

  @Test
  void lostKeyIsReportedOnOneLine(@TempDir Path folder) {
    server().inject(Fault.truncate());

    assertThat(verb("mk-pull", "old", folder.resolve("key.json").toString())).isEqualTo(1);

    assertThat(errLines())
        .singleElement()
        .asString()
        .startsWith("mk-pull: ")
        .contains("delete the queue, then create another");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void queueIsDeleted() {
    server().addPushQueue("ci", URL);

    assertThat(verb("rm", "ci")).isZero();

    assertThat(server().queues()).isEmpty();
    assertThat(errLines()).containsExactly("# deleted");
  }

  @Test
  void flagsMayStandBehindTheVerb() {
    int code =
        run(
            Map.of("FOUNDRIES_TOKEN", server().apiToken()),
            "list",
            "--api",
            server().url(),
            "--factory",
            server().factory(),
            "--output",
            "json");

    assertThat(code).isZero();
    assertThat(errLines()).isEmpty();
  }

  @Test
  void tokenIsReadFromTheEnvironmentOrAFileAndTheFileComesFirst(@TempDir Path folder)
      throws IOException {
    String file = Files.writeString(folder.resolve("token"), server().apiToken() + "\n").toString();
    String[] args = {"--api", server().url(), "--factory", server().factory(), "list"};

    assertThat(run(Map.of("FOUNDRIES_TOKEN", server().apiToken()), args)).isZero();
    assertThat(run(Map.of("FOUNDRIES_TOKEN", "wrong"), args)).isEqualTo(1);
    assertThat(errLines()).singleElement().asString().startsWith("list: ").contains("401");
    List<String> withFile = new ArrayList<>(List.of(args));
    withFile.addAll(List.of("--token-file", file));
    assertThat(run(Map.of("FOUNDRIES_TOKEN", "wrong"), withFile.toArray(String[]::new))).isZero();
  }

  @Test
  void helpOfAVerbListsTheFlags() {
    assertThat(run(Map.of(), "list", "--help")).isZero();

    assertThat(String.join("\n", outLines()))
        .contains("--api", "--factory", "--token-file", "--output");
    out.reset();
    assertThat(run(Map.of(), "mk-pull", "--help")).isZero();
    assertThat(String.join("\n", outLines()))
        .contains("--factory", "LABEL", "FILE")
        .doesNotContain("--output");
    out.reset();
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(String.join("\n", outLines())).contains("list", "mk-push, mk", "mk-pull", "rm");
  }

  @Test
  void wrongFlagsEndWithExitCode2AndOneLine() {
    List<List<String>> wrong =
        List.of(
            List.of(),
            List.of("--factory", "f", "--token", "t"),
            List.of("list", "--token", "t"),
            List.of("list", "--factory", "f"),
            List.of("list", "--factory", "f", "--token", "t", "--token-file", "x"),
            List.of("list", "--factory", "f", "--token", "t", "--api", "http://example.com"),
            List.of("list", "--factory", "f", "--token", "t", "--ca", "/does/not/exist"),
            List.of("list", "--factory", "f", "--token", "t", "--output", "xml"),
            List.of("mk-push", "--factory", "f", "--token", "t", "ci"),
            List.of("rm", "--factory", "f", "--token", "t"),
            List.of("show", "--factory", "f", "--token", "t"));
    for (List<String> args : wrong) {
      err.reset();
      assertThat(run(Map.of(), args.toArray(String[]::new))).as("%s", args).isEqualTo(2);
      assertThat(errLines()).as("%s", args).singleElement().asString().endsWith("; see --help");
    }
    assertThat(outLines()).isEmpty();
  }

  @Test
  void refusalEndsWithExitCode1AndOneLine() {
    assertThat(verb("rm", "none")).isEqualTo(1);
    assertThat(errLines()).singleElement().asString().startsWith("rm: ").contains("no queue none");
    err.reset();
    assertThat(verb("mk-push", "ci", "http://example.com/")).isEqualTo(1);
    assertThat(errLines()).singleElement().asString().contains("https://");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ctrlCEndsWithExitCode0AndSaysWhatMayHaveHappened(@TempDir Path folder)
      throws IOException, InterruptedException {
    server().inject(Fault.stall());
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.add(FoundriesQueues.class.getName());
    line.addAll(List.of("--api", server().url(), "--factory", server().factory()));
    line.addAll(List.of("mk-pull", "old", folder.resolve("key.json").toString()));
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("FOUNDRIES_TOKEN", server().apiToken());
    Process running = builder.start();
    server().await(api -> !api.queues().isEmpty(), PATIENCE);

    new ProcessBuilder("kill", "-INT", String.valueOf(running.pid())).start().waitFor();
    String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(running.waitFor()).isZero();
    assertThat(said).contains("# interrupted").contains("delete the queue, then create another");
    assertThat(folder).isEmptyDirectory();
  }
}
