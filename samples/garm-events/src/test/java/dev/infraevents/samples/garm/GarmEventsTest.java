package dev.infraevents.samples.garm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.samples.cli.Runner;
import dev.infraevents.testkit.garm.FakeGarm;
import dev.infraevents.testkit.garm.GarmRecording;
import dev.infraevents.testkit.junit.LeakCheck;
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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class GarmEventsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<String> FRAMES = GarmRecording.head().frames();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return run(Map.of(), args);
  }

  private int run(Map<String, String> environment, String... args) {
    return Runner.execute(
        (events, rest) -> new GarmEvents(events, rest, environment), print(out), print(err), args);
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

  /** Runs the command against a server that has a pool nobody heard of. */
  private int runReconciling(String... flags) {
    try (FakeGarm server = FakeGarm.start()) {
      server.entities().silently().create("pool", "{\"max_runners\":4}");
      List<String> args =
          new ArrayList<>(List.of("--url", server.url(), "--password", server.password()));
      args.addAll(List.of("--entity", "pool", "--count", "1"));
      args.addAll(List.of(flags));
      return CompletableFuture.supplyAsync(() -> run(args.toArray(String[]::new)))
          .orTimeout(30, TimeUnit.SECONDS)
          .join();
    }
  }

  @Test
  void reconcilePrintsWhatTheStreamDidNotBring() {
    assertThat(runReconciling("--reconcile")).isZero();
    assertThat(outLines()).singleElement().asString().startsWith("garm.pool.create");
    assertThat(outLines().get(0)).contains("(reconcile) Pool[").contains("maxRunners=4");
  }

  @Test
  void reconciledEventsAreMarkedInJson() {
    assertThat(runReconciling("--reconcile=1m", "--output", "json")).isZero();
    assertThat(outLines().get(0)).contains("\"origin\":\"reconcile\"");
  }

  @Test
  void anIntervalOfNoUseIsRefused() {
    assertThat(run("--url", "http://127.0.0.1:1", "--token", "t", "--reconcile", "100ms"))
        .isEqualTo(2);
    assertThat(errLines()).singleElement().asString().contains("leave it at least 1 s");
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
  void aRefusalIsSaidOnceAndExitCode1() throws IOException, InterruptedException {
    try (FakeGarm server = FakeGarm.start()) {
      Process running =
          start(Map.of(), "--url", server.url(), "--password", "S3cret-wrong").start();
      String text = new String(running.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(running.waitFor()).isEqualTo(1);
      assertThat(text.lines().filter(line -> !line.startsWith("# closed ")))
          .singleElement()
          .asString()
          .startsWith("garm-events: ")
          .contains("wrong user name or password")
          .doesNotContain("S3cret-wrong");
      assertThat(running.getInputStream().readAllBytes()).isEmpty();
    }
  }

  @Test
  void aWrongFlagIsOneLineWithAHintAndExitCode2() {
    List<List<String>> wrong =
        List.of(
            List.of("--url", "ftp://garm", "--token", "x"),
            List.of("--url", "http://garm"),
            List.of("--url", "http://garm", "--token", "x", "--entity", "gnome"),
            List.of("--url", "http://garm", "--token", "x", "--entity", "pool:explode"),
            List.of("--url", "http://garm", "--token", "x", "--filters", "{}"),
            List.of(
                "--url",
                "http://garm",
                "--token",
                "x",
                "--filters",
                "{\"send-everything\":true}",
                "--entity",
                "pool"),
            List.of("--url", "http://garm", "--token", "x", "--count", "0"),
            List.of("--url", "http://garm", "--token", "x", "--for", "9999999h"),
            List.of("--url", "http://garm", "--token", "x", "--gnome"),
            List.of("--url", "http://garm", "--token-file", "/no/such/file"),
            List.of("--token", "x"));
    for (List<String> args : wrong) {
      err.reset();
      assertThat(run(args.toArray(String[]::new))).as("%s", args).isEqualTo(2);
      assertThat(errLines())
          .singleElement()
          .asString()
          .startsWith("garm-events: ")
          .endsWith("; see --help");
    }
    assertThat(out.size()).isZero();
  }

  @Test
  void helpListsEveryFlag() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--url", "--token=", "--token-file", "--username", "--password=")
        .contains("--password-file", "--filters", "--entity", "--ca", "--output", "--count")
        .contains("--for", "GARM_TOKEN", "GARM_PASSWORD", "--help");
  }

  @Test
  void aTokenAndALoginAreNotTakenTogether(@TempDir Path folder) throws IOException {
    String file = Files.writeString(folder.resolve("secret"), "y\n").toString();
    for (String token : List.of("--token", "--token-file")) {
      for (String login : List.of("--password", "--password-file", "--username")) {
        err.reset();
        assertThat(run("--url", "http://garm", token, file, login, file)).isEqualTo(2);
        assertThat(errLines())
            .containsExactly(
                "garm-events: give a token, or a user name and password, not both; see --help");
      }
    }
    err.reset();
    assertThat(run("--url", "http://garm", "--password", "y", "--password-file", file))
        .isEqualTo(2);
    assertThat(errLines())
        .containsExactly("garm-events: give --password or --password-file, not both; see --help");
  }

  @Test
  void flagsBeatTheEnvironment() {
    try (FakeGarm server = FakeGarm.start()) {
      var wrong = Map.of("GARM_TOKEN", "wrong", "GARM_PASSWORD", "wrong");
      assertThat(runOnce(server, wrong, "--password", server.password())).isZero();
      assertThat(runOnce(server, wrong, "--token", server.token().mint())).isZero();
      var token = Map.of("GARM_TOKEN", "wrong", "GARM_PASSWORD", server.password());
      assertThat(runOnce(server, token, "--username", server.username())).isZero();
      assertThat(run(token, "--url", server.url())).isEqualTo(1);
      var both = Map.of("GARM_TOKEN", server.token().mint(), "GARM_PASSWORD", "wrong");
      assertThat(runOnce(server, both)).isZero();
      assertThat(runOnce(server, Map.of("GARM_PASSWORD", server.password()))).isZero();
    }
  }

  @Test
  void aUserNameDoesNotFallBackOnTheTokenOfTheEnvironment() {
    assertThat(run(Map.of("GARM_TOKEN", "x"), "--url", "http://garm", "--username", "jo"))
        .isEqualTo(2);
    assertThat(errLines()).singleElement().asString().contains("--username needs a password");
  }

  /** The exit code after one event. */
  private int runOnce(FakeGarm server, Map<String, String> environment, String... flags) {
    List<String> args = new ArrayList<>(List.of("--url", server.url(), "--count", "1"));
    args.addAll(List.of(flags));
    int before = server.connections().size();
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(() -> run(environment, args.toArray(String[]::new)));
    server.await(
        seen -> seen.connections().size() > before && seen.connections().get(before).hasFilter(),
        PATIENCE);
    server.emitRaw(FRAMES.get(0));
    return code.orTimeout(30, TimeUnit.SECONDS).join();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void outputIsUtf8WhateverTheLocale() throws IOException, InterruptedException {
    String frame =
        "{\"entity-type\":\"github_endpoint\",\"operation\":\"create\","
            + "\"payload\":{\"name\":\"M\u00fcnchen \u65e5\u672c \uD83D\uDE80\"}}";
    for (String output : List.of("raw", "json", "text")) {
      try (FakeGarm server = FakeGarm.start()) {
        Process running =
            start(
                    Map.of("GARM_PASSWORD", server.password()),
                    "--url",
                    server.url(),
                    "--output",
                    output,
                    "--count",
                    "1")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        server.awaitFilter(PATIENCE);
        server.emitRaw(frame);
        byte[] printed = running.getInputStream().readAllBytes();
        assertThat(running.waitFor()).isZero();
        assertThat(new String(printed, StandardCharsets.UTF_8))
            .as(output)
            .contains("M\u00fcnchen \u65e5\u672c \uD83D\uDE80");
      }
    }
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
          start(
              Map.of("GARM_PASSWORD", server.password()),
              "--username",
              server.username(),
              "--url",
              server.url());
      Process running = builder.redirectErrorStream(true).start();
      var lines =
          new BufferedReader(
              new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8));
      assertThat(lines.readLine()).startsWith("# connected to");
      new ProcessBuilder("kill", "-INT", String.valueOf(running.pid())).start().waitFor();
      assertThat(running.waitFor()).isZero();
    }
  }

  /** The command in a process of its own, in the C locale. */
  private static ProcessBuilder start(Map<String, String> environment, String... args) {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                GarmEvents.class.getName()));
    line.addAll(List.of(args));
    var builder = new ProcessBuilder(line);
    builder.environment().keySet().removeIf(name -> name.startsWith("GARM_"));
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C");
    return builder;
  }
}
