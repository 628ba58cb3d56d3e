package dev.infraevents.samples.foundries.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.pubsub.v1.PubsubMessage;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.pubsub.FakePubSub;
import dev.infraevents.testkit.pubsub.PubSubMethod;
import dev.infraevents.testkit.pubsub.PubSubSubscription;
import dev.infraevents.testkit.pubsub.PubSubTopic;
import io.grpc.Status;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class FoundriesListenTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String DEVICE = "58e6e47d-3d2c-415b-afa4-cdc5e0229355";
  private static final String DEVICE_AND_TIME =
      "\"Uuid\":\"" + DEVICE + "\",\"Time\":1757692800,\"DeviceGroupId\":42";

  private final FakePubSub pubsub = FakePubSub.builder().project("osf-prod").start();
  private final PubSubTopic topic = pubsub.createTopic("factory");
  private final PubSubSubscription queue = pubsub.createSubscription("f-1234-listener", "factory");

  @AfterEach
  void close() {
    pubsub.close();
  }

  private String publish(String type, String members) {
    return topic.publishDeviceEvent(type, "{" + DEVICE_AND_TIME + members + "}");
  }

  /** Runs the command against the fake's queue. */
  private ListenRun listen(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--project=osf-prod",
                "--subscription=f-1234-listener",
                "--emulator=" + pubsub.emulatorHost()));
    args.addAll(List.of(more));
    return ListenRun.of(args.toArray(String[]::new));
  }

  private static void assertReason(ListenRun run, int code, String... parts) {
    assertThat(run.code()).isEqualTo(code);
    assertThat(run.out()).isEmpty();
    assertThat(run.complaints())
        .singleElement()
        .asString()
        .startsWith("foundries-listen: ")
        .contains(parts);
  }

  // Output.

  @Test
  void textSaysWhatPeopleLookAt() {
    publish("DEVICE_FIRST_SEEN", "");
    publish("DEVICE_CONFIG_APPLIED", "");
    publish("DEVICE_OTA_STARTED", ",\"Target\":\"lmp-290\",\"Id\":\"290-a\"");
    publish("DEVICE_OTA_COMPLETED", ",\"Target\":\"lmp-290\",\"Id\":\"290-a\",\"Success\":false");
    publish("DEVICE_OTA_COMPLETED", ",\"Target\":\"lmp-290\",\"Id\":\"290-b\",\"Success\":true");
    publish("DEVICE_OTA_COMPLETED", ",\"Target\":\"lmp-290\",\"Id\":\"290-c\",\"Success\":null");
    publish(
        "DEVICE_OTA_APPS_STATE_CHANGED",
        """
        ,"Apps":{"cam":{"health":"healthy","services":[{"name":"v4l","state":"running"}]},
        "pos":{"health":"unhealthy","services":[{"name":"ui","state":"running","health":"starting"},
        {"name":"job","state":"exited"},{"name":"db","state":"running","health":"healthy"}]}}\
        """);
    publish("DEVICE_OTA_APPS_STATE_CHANGED", ",\"Apps\":{}");
    publish("DEVICE_OTA_APPS_STATE_CHANGED", ",\"Apps\":null");
    publish("DEVICE_PUBKEY_CHANGE", ",\"NewPubKey\":\"new\",\"OldPubKey\":\"old\"");
    publish("DEVICE_LAST_SEEN", ",\"Changes\":{\"name\":\"shop-17\",\"tags\":[]}");
    publish("DEVICE_LAST_SEEN", ",\"Changes\":7");
    publish("DEVICE_RETIRED", "");
    topic.publish("hello_world", Map.of());

    ListenRun run = listen("--count=14");

    assertThat(run.code()).isZero();
    String at = DEVICE + " 2025-09-12T16:00:00Z";
    assertThat(run.out().stream().map(line -> line.replaceAll(" +", " ").strip()))
        .containsExactly(
            "foundries.device.first_seen " + at + " group 42",
            "foundries.device.config_applied " + at + " group 42",
            "foundries.device.ota_started " + at + " lmp-290, update 290-a",
            "foundries.device.ota_completed " + at + " failed: lmp-290, update 290-a",
            "foundries.device.ota_completed " + at + " succeeded: lmp-290, update 290-b",
            "foundries.device.ota_completed " + at + " ended: lmp-290, update 290-c",
            "foundries.device.ota_apps_state_changed "
                + at
                + " cam healthy; pos unhealthy (ui running starting, job exited)",
            "foundries.device.ota_apps_state_changed " + at + " no apps",
            "foundries.device.ota_apps_state_changed " + at + " apps unknown",
            "foundries.device.pubkey_change " + at + " group 42",
            "foundries.device.last_seen " + at + " changed: name, tags",
            "foundries.device.last_seen " + at + " (Changes: expected an object, found a number)",
            "foundries.device.retired " + DEVICE + " 84 bytes",
            "foundries.unknown - 11 bytes");
  }

  @Test
  void textShowsNeitherKeysNorWhatContainersHaveLogged() {
    publish(
        "DEVICE_PUBKEY_CHANGE",
        ",\"NewPubKey\":\"-----BEGIN PUBLIC KEY-----\\nS3cret\",\"OldPubKey\":\"S3cret\"");
    publish(
        "DEVICE_OTA_APPS_STATE_CHANGED",
        ",\"Apps\":{\"shop\":{\"health\":\"unhealthy\",\"services\":[{\"name\":\"web\","
            + "\"health\":\"unhealthy\",\"logs\":\"\\u0002\\u0000S3cret\"}]}}");
    ListenRun run = listen("--count=2");
    assertThat(run.out()).hasSize(2).noneMatch(line -> line.contains("S3cret"));
  }

  @Test
  void jsonIsACloudEventWithTheEventAsItsData() {
    String id = publish("DEVICE_FIRST_SEEN", ", \"x\": 1.50");
    ListenRun run = listen("--output=json", "--count=1");
    assertThat(run.out())
        .singleElement()
        .asString()
        .contains(
            "\"id\":\"" + id + "\"",
            "\"type\":\"foundries.device.first_seen\"",
            "\"eventtype\":\"DEVICE_FIRST_SEEN\"",
            "\"source\":\"//pubsub.googleapis.com/projects/osf-prod/subscriptions/f-1234-listener\"",
            "\"data\":{" + DEVICE_AND_TIME + ", \"x\": 1.50}");
  }

  @Test
  void rawPrintsEachMessageInBase64() throws InvalidProtocolBufferException {
    publish("DEVICE_FIRST_SEEN", "");
    publish("DEVICE_RETIRED", "");
    ListenRun run = listen("--output=raw", "--count=2");
    List<PubsubMessage> messages = new ArrayList<>();
    for (String line : run.out()) {
      messages.add(PubsubMessage.parseFrom(Base64.getDecoder().decode(line)));
    }
    assertThat(messages).isEqualTo(topic.messages());
  }

  @Test
  void anEventThatCanNotBeReadIsSaidAndAcknowledged() {
    String poison = topic.publishDeviceEvent("DEVICE_FIRST_SEEN", "hello_world");
    publish("DEVICE_FIRST_SEEN", "");
    ListenRun run = listen("--count=1");
    assertThat(run.code()).isZero();
    assertThat(run.out()).hasSize(1);
    assertThat(run.complaints()).singleElement().asString().startsWith("! ");
    assertThat(queue.acked()).contains(poison);
  }

  // Acknowledging and stopping.

  @Test
  void whatWasTakenButNotPrintedIsNotAcknowledged() {
    for (int i = 0; i < 5; i++) {
      publish("DEVICE_FIRST_SEEN", "");
    }
    ListenRun run = listen("--count=2");
    assertThat(run.code()).isZero();
    assertThat(run.out()).hasSize(2);
    assertThat(run.complaints()).isEmpty();
    assertThat(queue.acked()).hasSize(2);
  }

  @Test
  void forStopsAfterTheTime() {
    assertThat(listen("--for=10ms").code()).isZero();
  }

  // Which queue.

  @Test
  void theCredentialsFileNamesTheQueue(@TempDir Path folder) throws Exception {
    publish("DEVICE_FIRST_SEEN", "");
    String file = CredentialsJson.of("osf-prod", "f-1234-listener").write(folder);
    ListenRun run =
        ListenRun.of("--credentials", file, "--emulator", pubsub.emulatorHost(), "--count", "1");
    assertThat(run.code()).isZero();
    assertThat(run.out()).hasSize(1);
  }

  @Test
  void aCredentialsFileThatCanNotBeUsedIsExitCode2(@TempDir Path folder) throws Exception {
    String folderName = folder.toString();
    CredentialsJson good = CredentialsJson.of("osf-prod", "f-1234-listener");
    assertBadFile(folder.resolve("none").toString(), "NoSuchFile");
    assertBadFile(folderName, folderName);
    assertBadFile(Files.writeString(folder.resolve("text"), "S3cret").toString(), "no JSON");
    assertBadFile(good.without("fio-subscription-name").write(folder), "fio-subscription-name");
    assertBadFile(good.without("project_id").write(folder), "project_id");
    assertBadFile(good.with("token_uri", "https://S3cret.example.com/").write(folder), "token_uri");
    assertBadFile(good.with("private_key", "S3cret").write(folder), "can not be used");
    assertBadFile(good.with("type", "external_account").write(folder), "can not be used");
  }

  private static void assertBadFile(String file, String part) {
    ListenRun run = ListenRun.of("--credentials=" + file);
    assertReason(run, 2, part, "; see --help");
    assertThat(run.complaints().get(0)).contains(file).doesNotContain("S3cret", "PRIVATE");
  }

  // What goes wrong.

  @Test
  void aQueueThatDoesNotExistIsExitCode1AndSaysThatPullIsDeprecated() {
    ListenRun run =
        ListenRun.of(
            "--project=osf-prod", "--subscription=gone", "--emulator=" + pubsub.emulatorHost());
    assertReason(run, 1, "NOT_FOUND", "projects/osf-prod/subscriptions/gone", "deprecated");
  }

  @Test
  void aQueueThatMayNotBeUsedIsExitCode1() {
    pubsub.refuse(PubSubMethod.STREAMING_PULL, Status.PERMISSION_DENIED);
    assertReason(listen(), 1, "PERMISSION_DENIED", "credentials", "deprecated");
  }

  @Test
  void aServerThatWantsCredentialsIsNoEmulator() {
    pubsub.refuse(PubSubMethod.STREAMING_PULL, Status.UNAUTHENTICATED);
    assertReason(listen(), 1, "UNAUTHENTICATED", "this is no emulator");
  }

  @Test
  void aWrongFlagIsOneLineWithAHintAndExitCode2() {
    String here = "--emulator=127.0.0.1:1";
    List<List<String>> wrong =
        List.of(
            List.of(),
            List.of(here),
            List.of(here, "--project=osf-prod"),
            List.of(here, "--subscription=f-1234-listener"),
            List.of(here, "--credentials=x", "--project=osf-prod", "--subscription=f-1234"),
            List.of(here, "--credentials=x", "--project=osf-prod"),
            List.of(here, "--project=osf-prod", "--subscription=goog-s"),
            List.of(here, "--project=osf prod", "--subscription=f-1234"),
            List.of("--emulator=localhost", "--project=osf-prod", "--subscription=f-1234"),
            List.of("--emulator=http://a:1", "--project=osf-prod", "--subscription=f-1234"),
            List.of(here, "--project=osf-prod", "--subscription=f-1234", "--output=yaml"),
            List.of(here, "--project=osf-prod", "--subscription=f-1234", "--count=0"),
            List.of(here, "--project=osf-prod", "--subscription=f-1234", "--for=soon"),
            List.of("--gnome"));
    for (List<String> args : wrong) {
      ListenRun run = ListenRun.of(args.toArray(String[]::new));
      assertThat(run.code()).as("%s", args).isEqualTo(2);
      assertThat(run.out()).as("%s", args).isEmpty();
      assertThat(run.err())
          .as("%s", args)
          .singleElement()
          .asString()
          .startsWith("foundries-listen: ")
          .endsWith("; see --help");
    }
  }

  @Test
  void helpListsEveryFlag() {
    ListenRun help = ListenRun.of("--help");
    assertThat(help.code()).isZero();
    assertThat(String.join("\n", help.out()))
        .contains("--credentials=FILE", "--project=ID", "--subscription=ID")
        .contains("--emulator=HOST:PORT", "PUBSUB_EMULATOR_HOST")
        .contains("--output", "--count", "--for", "--help");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ctrlCEndsWithExitCode0AndNobodyElseSpeaks() throws IOException, InterruptedException {
    Process running =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FoundriesListen.class.getName(),
                "--project=osf-prod",
                "--subscription=f-1234-listener",
                "--emulator=" + pubsub.emulatorHost())
            .redirectErrorStream(true)
            .start();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(line(lines)).startsWith("# connected to //pubsub.googleapis.com/projects/osf");
      String id = publish("DEVICE_FIRST_SEEN", "");
      assertThat(line(lines)).startsWith("foundries.device.first_seen ");
      queue.await(subscription -> subscription.acked().contains(id), PATIENCE);
      new ProcessBuilder("kill", "-INT", String.valueOf(running.pid())).start().waitFor();
      assertThat(running.waitFor()).isZero();
      assertThat(lines.lines()).allMatch(line -> line.startsWith("# closed "));
    } finally {
      running.destroyForcibly();
    }
  }

  /** The next line, but for what the JVM from 24 on says of protobuf and Netty. */
  private static String line(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    while (line != null && (line.isEmpty() || line.startsWith("WARNING: "))) {
      line = lines.readLine();
    }
    return line;
  }
}
