package dev.infraevents.samples.foundries.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.samples.cli.Runner;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.PushMessage;
import dev.infraevents.testkit.pubsub.PushSender;
import dev.infraevents.testkit.pubsub.PushSubscription;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class FoundriesPushTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String AUDIENCE = "https://hooks.example.com/foundries";
  private static final String EVENT =
      "{\"Uuid\":\"58e6e47d-3d2c-415b-afa4-cdc5e0229355\",\"Time\":1650000000,"
          + "\"Target\":\"lmp-290\",\"Id\":\"290-1\"}";
  private static final String PEM = "-----BEGIN PUBLIC KEY-----\\nMFkw\\n-----END PUBLIC KEY-----";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Runner.execute(FoundriesPush::new, print(out), print(err), args);
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

  /** Runs the command, which stops by itself, while the sender pushes to it. */
  private PushSubscription push(PushSender pubsub, List<PushMessage> messages, String... flags)
      throws IOException {
    return push(pubsub, endpoint -> {}, messages, flags);
  }

  private PushSubscription push(
      PushSender pubsub, Consumer<URI> before, List<PushMessage> messages, String... flags)
      throws IOException {
    var port = new PipedInputStream();
    var said = new BufferedReader(new InputStreamReader(port, StandardCharsets.UTF_8));
    var stderr = new PrintStream(new PipedOutputStream(port), true, StandardCharsets.UTF_8);
    List<String> args = new ArrayList<>(List.of("--port", "0", "--audience", AUDIENCE));
    args.addAll(List.of("--certs-url", pubsub.keys().jwksUrl().toString()));
    args.addAll(List.of(flags));
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () -> {
              try (stderr) {
                return Runner.execute(
                    FoundriesPush::new, print(out), stderr, args.toArray(String[]::new));
              }
            });
    URI endpoint = endpoint(said);
    before.accept(endpoint);
    PushSubscription queue = pubsub.subscription(endpoint).start();
    messages.forEach(queue::publish);
    said.lines().forEach(print(err)::println);
    assertThat(code.orTimeout(30, TimeUnit.SECONDS).join()).isZero();
    return queue;
  }

  private URI endpoint(BufferedReader said) throws IOException {
    String line = said.readLine();
    while (!line.startsWith("# listening on port ")) {
      print(err).println(line);
      line = said.readLine();
    }
    return URI.create("http://127.0.0.1:" + line.replaceAll("\\D", "") + "/foundries");
  }

  @Test
  void genuinePushesArePrintedAndAcknowledged() throws IOException {
    try (var pubsub = PushSender.start()) {
      var queue =
          push(
              pubsub,
              List.of(
                  PushMessage.event("DEVICE_OTA_STARTED", EVENT),
                  PushMessage.event("DEVICE_OTA_STARTED", EVENT)),
              "--service-account",
              pubsub.email(),
              "--count",
              "2");
      queue.awaitEmpty(PATIENCE);
    }
    assertThat(outLines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("foundries.device.ota_started ") && line.contains("290"));
  }

  @Test
  void jsonIsACloudEventWithThePayloadOfTheDevice() throws IOException {
    try (var pubsub = PushSender.start()) {
      push(
          pubsub,
          List.of(PushMessage.event("DEVICE_OTA_STARTED", EVENT).withId("4711")),
          "--service-account",
          pubsub.subject(),
          "--count",
          "1",
          "--output",
          "json");
    }
    assertThat(outLines())
        .singleElement()
        .asString()
        .contains("\"specversion\":\"1.0\"", "\"id\":\"4711\"", "\"data\":" + EVENT)
        .contains("//pubsub.googleapis.com/projects/osf-prod/subscriptions/");
  }

  @Test
  void rawIsTheBodyOfThePush() throws IOException {
    try (var pubsub = PushSender.start()) {
      push(
          pubsub,
          List.of(PushMessage.event("DEVICE_OTA_STARTED", EVENT)),
          "--any-service-account",
          "--count",
          "1",
          "--output",
          "raw");
      assertThat(outLines()).singleElement().asString().startsWith("{\"message\":{");
      assertThat(errLines().get(0)).startsWith("# WARNING: any service account is accepted");
      assertThat(errLines())
          .anyMatch(
              line ->
                  line.startsWith("# first push: ")
                      && line.contains(pubsub.email())
                      && line.contains(pubsub.subject()));
    }
  }

  @Test
  void keysAndLogsOfDevicesAreNotPrintedAsText() throws IOException {
    try (var pubsub = PushSender.start()) {
      String change =
          EVENT.replace("}", ",\"NewPubKey\":\"" + PEM + "\",\"OldPubKey\":\"" + PEM + "\"}");
      push(
          pubsub,
          List.of(PushMessage.event("DEVICE_PUBKEY_CHANGE", change)),
          "--service-account",
          pubsub.email(),
          "--count",
          "1");
    }
    assertThat(outLines()).singleElement().asString().doesNotContain("MFkw", "BEGIN PUBLIC");
    assertThat(errLines()).noneMatch(line -> line.contains("MFkw"));
  }

  @Test
  void whatIsForgedIsNotPrintedAndWhatCanNotBeReadIsReportedOnStderr() throws IOException {
    try (var pubsub = PushSender.start()) {
      var poison = PushMessage.event("DEVICE_OTA_STARTED", "hello_world");
      var genuine = PushMessage.event("DEVICE_OTA_STARTED", EVENT);
      var stranger = pubsub.token().claim("email", "x@evil.example").claim("sub", "1");
      var forged = pubsub.request(genuine.withId("forged")).token(stranger.mint());
      var queue =
          push(
              pubsub,
              endpoint -> assertThat(pubsub.send(endpoint, forged).status()).isEqualTo(403),
              List.of(poison, genuine),
              "--service-account",
              pubsub.email(),
              "--count",
              "1");
      queue.awaitEmpty(PATIENCE);
    }
    assertThat(outLines()).hasSize(1);
    assertThat(errLines()).anyMatch(line -> line.startsWith("! "));
    assertThat(errLines()).noneMatch(line -> line.contains("hello_world"));
  }

  @Test
  void aWrongFlagIsOneLineWithAHintAndExitCode2() {
    String[] right = {"--audience", AUDIENCE, "--service-account", "a@b.c"};
    List<List<String>> wrong =
        List.of(
            List.of(),
            List.of("--service-account", "a@b.c"),
            List.of("--audience", AUDIENCE),
            List.of("--audience", "foundries", "--service-account", "a@b.c"),
            List.of("--audience", " ", "--service-account", "a@b.c"),
            List.of("--audience", AUDIENCE, "--service-account", "me"),
            List.of("--audience", AUDIENCE, "--service-account", "a@b.c", "--any-service-account"),
            List.of(right[0], right[1], right[2], right[3], "--certs-url", "http://example.com/"),
            List.of(right[0], right[1], right[2], right[3], "--port", "many"),
            List.of(right[0], right[1], right[2], right[3], "--count", "0"));
    for (List<String> args : wrong) {
      err.reset();
      assertThat(run(args.toArray(String[]::new))).as("%s", args).isEqualTo(2);
      assertThat(errLines())
          .singleElement()
          .asString()
          .startsWith("foundries-push: ")
          .endsWith("; see --help");
    }
    assertThat(out.size()).isZero();
  }

  @Test
  void aPortThatIsTakenIsSaidInOneLineAndExitCode1() throws IOException {
    try (var taken = new ServerSocket(0)) {
      String port = Integer.toString(taken.getLocalPort());
      assertThat(run("--port", port, "--audience", AUDIENCE, "--service-account", "a@b.c"))
          .isEqualTo(1);
    }
    assertThat(errLines()).singleElement().asString().contains("can not listen on port");
  }

  @Test
  void forStopsAfterTheTime() {
    assertThat(
            run(
                "--port",
                "0",
                "--audience",
                AUDIENCE,
                "--service-account",
                "a@b.c",
                "--for",
                "10ms"))
        .isZero();
  }

  @Test
  void helpListsEveryFlag() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--port", "--audience", "--service-account", "--any-service-account")
        .contains("--certs-url", "--output", "--count", "--for", "--help");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ctrlCEndsWithExitCode0() throws IOException, InterruptedException {
    Process running =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FoundriesPush.class.getName(),
                "--port",
                "0",
                "--audience",
                AUDIENCE,
                "--service-account",
                "a@b.c")
            .redirectErrorStream(true)
            .start();
    var lines =
        new BufferedReader(new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8));
    assertThat(lines.readLine()).startsWith("# listening on port");
    assertThat(lines.readLine()).startsWith("# connected to");
    new ProcessBuilder("kill", "-INT", String.valueOf(running.pid())).start().waitFor();
    assertThat(running.waitFor()).isZero();
  }
}
