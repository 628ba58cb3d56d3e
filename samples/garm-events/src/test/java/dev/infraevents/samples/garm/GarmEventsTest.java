package dev.infraevents.samples.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.samples.cli.Runner;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmRecording;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class GarmEventsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<String> FRAMES = GarmRecording.head().frames();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    var command = new GarmEvents(print(out), print(err));
    return Runner.execute(command, print(err), args);
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private List<String> outLines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** Runs the command while a server sends the recording to it. */
  private int runRecorded(String... flags) {
    try (FakeGarm server = FakeGarm.start()) {
      List<String> args =
          new ArrayList<>(List.of("--url", server.url(), "--password", server.password()));
      args.addAll(List.of("--username", server.username()));
      args.addAll(List.of(flags));
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(() -> run(args.toArray(String[]::new)));
      server.awaitFilter(PATIENCE);
      FRAMES.forEach(server::emitRaw);
      return code.orTimeout(30, TimeUnit.SECONDS).join();
    }
  }

  @Test
  void rawPrintsEachMessageAsItArrived() {
    assertThat(runRecorded("--output", "raw", "--count", "68")).isZero();
    assertThat(outLines()).containsExactlyElementsOf(FRAMES);
  }

  @Test
  void jsonPrintsCloudEventsWithTheSourcesOwnPayload() {
    assertThat(runRecorded("--output", "json", "--count", "3")).isZero();
    assertThat(outLines()).hasSize(3);
    String payload = FRAMES.get(0).substring(FRAMES.get(0).indexOf("\"payload\":") + 10);
    assertThat(outLines().get(0))
        .contains("\"specversion\":\"1.0\"")
        .contains("\"type\":\"garm.github_endpoint.create\"")
        .contains("\"data\":" + payload.substring(0, payload.length() - 1));
  }

  @Test
  void textPrintsTypeAndSubject() {
    assertThat(runRecorded("--count", "1")).isZero();
    assertThat(outLines()).singleElement().asString().startsWith("garm.github_endpoint.create ");
  }

  @Test
  void entitiesAreFilteredByTheServer() {
    assertThat(
            runRecorded("--entity", "instance:create,delete", "--entity", "proxy", "--count", "7"))
        .isZero();
    assertThat(outLines())
        .allSatisfy(
            line -> assertThat(line).matches("garm\\.(instance\\.(create|delete)|proxy\\..*) .*"));
  }

  @Test
  void filtersAreTakenAsTheCliTakesThem() {
    String json = "{\"filters\":[{\"entity-type\":\"template\",\"operations\":[\"delete\"]}]}";
    assertThat(runRecorded("--filters", json, "--count", "1")).isZero();
    assertThat(outLines()).singleElement().asString().startsWith("garm.template.delete");
  }

  @Test
  void forStopsAfterTheTime() {
    try (FakeGarm server = FakeGarm.start()) {
      assertThat(run("--url", server.url(), "--password", server.password(), "--for", "10ms"))
          .isZero();
    }
  }

  @Test
  void aRefusalIsOneLineAndExitCode1() {
    try (FakeGarm server = FakeGarm.start()) {
      assertThat(run("--url", server.url(), "--password", "S3cret-wrong")).isEqualTo(1);
      String text = err.toString(StandardCharsets.UTF_8);
      assertThat(text.lines().filter(line -> line.startsWith("garm-events: ")))
          .singleElement()
          .asString()
          .contains("wrong user name or password");
      assertThat(text).doesNotContain("S3cret-wrong").doesNotContain("\tat ");
      assertThat(out.size()).isZero();
    }
  }

  @Test
  void unusableFlagsAreOneLineEach() {
    assertThat(run("--url", "ftp://garm", "--token", "x")).isEqualTo(1);
    assertThat(run("--url", "http://garm")).isEqualTo(1);
    assertThat(run("--url", "http://garm", "--token", "x", "--entity", "gnome")).isEqualTo(1);
    assertThat(run("--url", "http://garm", "--token", "x", "--entity", "pool:explode"))
        .isEqualTo(1);
    assertThat(run("--url", "http://garm", "--token", "x", "--filters", "{}")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .hasSize(5)
        .allSatisfy(line -> assertThat(line).startsWith("garm-events: "));
    assertThat(run("--url", "http://garm", "--token", "x", "--count", "0")).isEqualTo(2);
    assertThat(run("--token", "x")).isEqualTo(2);
  }

  @Test
  void secretsAreReadFromFiles(@TempDir Path folder) throws IOException {
    try (FakeGarm server = FakeGarm.start()) {
      Path file = Files.writeString(folder.resolve("password"), server.password() + "\n");
      int code = run("--url", server.url(), "--password-file", file.toString(), "--for", "10ms");
      assertThat(code).isZero();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ctrlCEndsWithExitCode0() throws IOException, InterruptedException {
    try (FakeGarm server = FakeGarm.start()) {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              System.getProperty("java.class.path"),
              GarmEvents.class.getName(),
              "--username",
              server.username(),
              "--url",
              server.url());
      builder.environment().put("GARM_PASSWORD", server.password());
      Process running = builder.redirectErrorStream(true).start();
      var lines =
          new BufferedReader(
              new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8));
      assertThat(lines.readLine()).startsWith("# connected to");
      new ProcessBuilder("kill", "-INT", String.valueOf(running.pid())).start().waitFor();
      assertThat(running.waitFor()).isZero();
    }
  }
}
