package dev.infraevents.samples.engflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.infraevents.grpc.proto.build.BuildEvent;
import dev.infraevents.samples.cli.Runner;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.Fault;
import dev.infraevents.testkit.TlsFiles;
import dev.infraevents.testkit.engflow.EngFlowAck;
import dev.infraevents.testkit.engflow.EngFlowNotification;
import dev.infraevents.testkit.engflow.EngFlowNotification.State;
import dev.infraevents.testkit.engflow.FakeEngFlow;
import dev.infraevents.testkit.engflow.StoredStream;
import dev.infraevents.testkit.junit.LeakCheck;
import dev.infraevents.testkit.junit.VirtualTime;
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
import java.util.Base64;
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
class EngFlowNotificationsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String QUEUE = "--queue_name=eventstore/lifecycle-events";
  private static final String BUILD = "9608f439-4c3e-4909-8a0c-f78810322b6b";
  private static final String INVOCATION = "5173658c-4595-4978-8db0-2942b1e7ca13";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Said err = new Said();

  private int run(Map<String, String> environment, String... args) {
    return Runner.execute(
        (events, rest) -> new EngFlowNotifications(events, rest, environment),
        print(out),
        print(err),
        args);
  }

  private int run(String... args) {
    return run(Map.of(), args);
  }

  /** Runs the command on a thread of its own. */
  private CompletableFuture<Integer> start(Map<String, String> environment, String... args) {
    return CompletableFuture.supplyAsync(() -> run(environment, args))
        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
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

  private static String endpoint(FakeEngFlow server) {
    return "--notification_queue_endpoint=" + server.url();
  }

  private static void awaitAcked(FakeEngFlow server, String id) {
    server.queue().await(queue -> queue.notification(id).state() == State.ACKED, PATIENCE);
  }

  // The public example's command lines.

  @Test
  void theTokenCommandLineOfThePublicExample() {
    try (FakeEngFlow engflow = FakeEngFlow.builder().acceptToken().token("abc==").start();
        FakeEngFlow demo = FakeEngFlow.start()) {
      String id = engflow.queue().about(BUILD).invocationFinished(INVOCATION);
      assertThat(
              run(
                  endpoint(engflow) + "/",
                  QUEUE,
                  "--token=abc==",
                  "--forward=" + demo.url(),
                  "--count=1"))
          .isZero();
      awaitAcked(engflow, id);
      assertThat(demo.forwarding().requests())
          .singleElement()
          .satisfies(request -> assertThat(request.getId()).isEqualTo(id));
      assertThat(outLines())
          .singleElement()
          .asString()
          .startsWith("engflow.invocation.finished ")
          .contains(BUILD, "invocation " + INVOCATION);
    }
  }

  @Test
  void theCertificateCommandLineOfThePublicExample(@TempDir Path files) {
    try (FakeEngFlow engflow =
            FakeEngFlow.builder().tls(files).acceptCertificate().demandCertificate().start();
        FakeEngFlow demo = FakeEngFlow.start()) {
      String id = engflow.queue().about(BUILD).invocationFinished(INVOCATION);
      TlsFiles pem = engflow.tls();
      assertThat(
              run(
                  endpoint(engflow) + "/",
                  QUEUE,
                  "--tls_certificate=" + pem.certificate(),
                  "--tls_key=" + pem.key(),
                  "--forward=" + demo.url(),
                  "--tls_ca=" + pem.authority(), // that of a real cluster is one the JVM trusts
                  "--count=1"))
          .isZero();
      awaitAcked(engflow, id);
      assertThat(engflow.calls().get(0).certificate()).contains(TlsFiles.CLIENT);
      assertThat(demo.forwarding().requests())
          .singleElement()
          .satisfies(request -> assertThat(request.getId()).isEqualTo(id));
    }
  }

  @Test
  void flagsAndValuesMayBeArgumentsOfTheirOwn() {
    try (FakeEngFlow engflow = FakeEngFlow.builder().acceptToken().token("abc==").start();
        FakeEngFlow demo = FakeEngFlow.start()) {
      String id = engflow.queue().about(BUILD).buildStarted();
      String line =
          "--notification_queue_endpoint %s --queue_name eventstore/lifecycle-events"
                  .formatted(engflow.url())
              + " --token abc== --forward %s --ack_deadline 300s --count 1".formatted(demo.url());
      assertThat(run(line.split(" "))).isZero();
      awaitAcked(engflow, id);
      assertThat(demo.forwarding().requests()).hasSize(1);
      assertThat(engflow.readers().get(0).window()).isEqualTo(Duration.ofSeconds(300));
    }
  }

  // Forwarding.

  @Test
  void whileTheDemoServerIsDownNotificationsStayUnacknowledgedUntilItIsBack()
      throws InterruptedException {
    var time = new VirtualTime(); // of the cluster only
    var clock = new TimeSource(time.clock(), time::nanoTime, time);
    try (FakeEngFlow engflow = FakeEngFlow.builder().timeSource(clock).start();
        FakeEngFlow demo = FakeEngFlow.start()) {
      CompletableFuture<Integer> code =
          start(Map.of(), endpoint(engflow), "--forward", demo.url(), "--count", "3");
      String before = engflow.queue().about(BUILD).buildStarted();
      awaitAcked(engflow, before);

      demo.inject(Fault.outage());
      String meanwhile = engflow.queue().about(BUILD).buildFinished();
      err.await("event " + meanwhile + " failed: no connection to " + demo.url());
      demo.heal();
      String after = engflow.queue().about(BUILD).buildStarted();
      awaitAcked(engflow, after); // they are handled one after the other
      EngFlowNotification kept = engflow.queue().notification(meanwhile);
      assertThat(kept.acks()).isEmpty();
      assertThat(kept.state()).isEqualTo(State.OUTSTANDING);

      time.advance(Duration.ofSeconds(60));
      awaitAcked(engflow, meanwhile);
      assertThat(code.join()).isZero();
      assertThat(kept.deliveries()).hasSize(2);
      assertThat(kept.acks())
          .singleElement()
          .extracting(EngFlowAck::token)
          .isEqualTo(kept.deliveries().get(1).token());
      assertThat(demo.forwarding().requests())
          .extracting(request -> request.getId())
          .containsExactly(before, after, meanwhile);
      assertThat(outLines()).hasSize(3);
    }
  }

  @Test
  void theEventsOfAFinishedInvocationFollowItAndAreForwardedToo() {
    try (FakeEngFlow engflow = FakeEngFlow.start();
        FakeEngFlow demo = FakeEngFlow.start()) {
      List<String> tokens =
          engflow.store().invocation(BUILD, INVOCATION).append(3).complete().tokens();
      String id = engflow.queue().about(BUILD).invocationFinished(INVOCATION);
      CompletableFuture<Integer> code =
          start(
              Map.of(),
              endpoint(engflow),
              "--with_invocations",
              "--forward=" + demo.url(),
              "--output=json",
              "--count=5");
      awaitAcked(engflow, id);
      List<String> ids = new ArrayList<>(List.of(id));
      tokens.forEach(token -> ids.add(INVOCATION + "/" + token));
      ids.add(engflow.queue().about(BUILD).buildFinished());
      assertThat(code.join()).isZero();
      assertThat(demo.forwarding().requests())
          .extracting(request -> request.getId())
          .containsExactlyElementsOf(ids);
      assertThat(outLines())
          .containsExactlyElementsOf(
              demo.forwarding().requests().stream().map(request -> request.getPayload()).toList());
    }
  }

  // Output.

  @Test
  void textSaysWhatPeopleLookAtAndNoSecret() {
    try (FakeEngFlow engflow = FakeEngFlow.start()) {
      StoredStream events = engflow.store().invocation(BUILD, INVOCATION).append(1);
      events.appendOutput("hunter2").append(bazel(started())).append(bazel(finished())).complete();
      engflow
          .queue()
          .about(BUILD)
          .keywords("command_name=test")
          .user("joe@example.com")
          .invocationFinished(INVOCATION);
      assertThat(start(Map.of(), endpoint(engflow), "--with_invocations", "--count=5").join())
          .isZero();
      assertThat(outLines())
          .allSatisfy(line -> assertThat(line).contains(BUILD, "invocation " + INVOCATION))
          .extracting(line -> line.substring(line.indexOf(INVOCATION) + INVOCATION.length()))
          .containsExactly(
              " test by joe@example.com",
              "",
              " 7 bytes of STDERR",
              " started",
              " build_finished TESTS_FAILED");
    }
  }

  private static BuildEvent bazel(Message event) {
    return BuildEvent.newBuilder().setBazelEvent(Any.pack(event)).build();
  }

  private static Message started() {
    var event = dev.infraevents.grpc.proto.bazel.BuildEvent.newBuilder();
    event.getIdBuilder().getStartedBuilder();
    event.getStartedBuilder().setOptionsDescription("--remote_header=token=hunter2");
    return event.build();
  }

  private static Message finished() {
    var event = dev.infraevents.grpc.proto.bazel.BuildEvent.newBuilder();
    event.getIdBuilder().getBuildFinishedBuilder();
    event.getFinishedBuilder().getExitCodeBuilder().setName("TESTS_FAILED").setCode(3);
    return event.build();
  }

  @Test
  void rawPrintsEachMessageInBase64() {
    try (FakeEngFlow engflow = FakeEngFlow.start()) {
      String id = engflow.queue().about(BUILD).buildStarted();
      assertThat(run(endpoint(engflow), "--output=raw", "--count=1")).isZero();
      EngFlowNotification notification = engflow.queue().notification(id);
      byte[] raw = Base64.getDecoder().decode(outLines().get(0));
      assertThat(outLines()).hasSize(1);
      assertThat(new String(raw, StandardCharsets.ISO_8859_1))
          .contains(
              notification.deliveries().get(0).token(),
              new String(notification.message().toByteArray(), StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void whatWasTakenButNotPrintedIsNotAcknowledged() {
    try (FakeEngFlow engflow = FakeEngFlow.start()) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        ids.add(engflow.queue().about(BUILD).buildStarted());
      }
      assertThat(run(endpoint(engflow), "--count", "2")).isZero();
      assertThat(outLines()).hasSize(2);
      assertThat(
              ids.stream()
                  .map(id -> engflow.queue().notification(id))
                  .filter(notification -> notification.state() == State.ACKED))
          .hasSize(2);
      assertThat(errLines()).noneMatch(line -> line.contains("failed"));
    }
  }

  @Test
  void forStopsAfterTheTime() {
    try (FakeEngFlow engflow = FakeEngFlow.start()) {
      assertThat(run(endpoint(engflow), "--for", "10ms")).isZero();
    }
  }

  // Who asks.

  @Test
  void theTokenComesFromTheFlagTheFileOrTheEnvironment(@TempDir Path folder) throws IOException {
    try (FakeEngFlow engflow = FakeEngFlow.builder().acceptToken().start()) {
      String file = Files.writeString(folder.resolve("token"), engflow.token() + "\n").toString();
      var wrong = Map.of("ENGFLOW_TOKEN", "wrong");
      assertThat(runOnce(engflow, wrong, "--token", engflow.token())).isZero();
      assertThat(runOnce(engflow, wrong, "--token_file", file)).isZero();
      assertThat(runOnce(engflow, Map.of("ENGFLOW_TOKEN", engflow.token()))).isZero();
    }
  }

  @Test
  void headersAreCredentialsOrComeOnTopOfAToken() {
    try (FakeEngFlow engflow = FakeEngFlow.builder().acceptHeader("x-tenant", "a=b").start()) {
      assertThat(runOnce(engflow, Map.of(), "--header", "x-tenant=a=b", "--header=x-y=z")).isZero();
    }
    try (FakeEngFlow engflow = FakeEngFlow.builder().acceptToken().start()) {
      assertThat(runOnce(engflow, Map.of(), "--token", engflow.token(), "--header=x-y=z")).isZero();
      assertThat(engflow.calls().get(0).header("x-y")).contains("z");
    }
  }

  /** The exit code after one event. */
  private int runOnce(FakeEngFlow engflow, Map<String, String> environment, String... flags) {
    List<String> args = new ArrayList<>(List.of(endpoint(engflow), "--count=1"));
    args.addAll(List.of(flags));
    String id = engflow.queue().about(BUILD).buildStarted();
    int code = start(environment, args.toArray(String[]::new)).join();
    awaitAcked(engflow, id);
    return code;
  }

  // What goes wrong.

  @Test
  void aRefusalIsSaidOnceAndExitCode1() {
    try (FakeEngFlow engflow = FakeEngFlow.builder().acceptToken().start()) {
      assertThat(start(Map.of(), endpoint(engflow), "--token=S3cret-wrong").join()).isEqualTo(1);
      assertReason("credentials");
      assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("S3cret");
      assertThat(
              start(
                      Map.of(),
                      endpoint(engflow),
                      "--token=" + engflow.token(),
                      "--queue_name=no/such-queue")
                  .join())
          .isEqualTo(1);
      assertReason("no/such-queue");
    }
  }

  @Test
  void aCertificateThatIsNotTrustedOrNotAcceptedIsExitCode1(@TempDir Path files) {
    try (FakeEngFlow engflow =
        FakeEngFlow.builder().tls(files).acceptCertificate().demandCertificate().start()) {
      TlsFiles pem = engflow.tls();
      assertThat(start(Map.of(), endpoint(engflow)).join()).isEqualTo(1);
      assertReason("is not trusted");
      String ca = "--tls_ca=" + pem.authority();
      assertThat(start(Map.of(), endpoint(engflow), ca).join()).isEqualTo(1);
      assertReason("client certificate");
    }
  }

  @Test
  void aKeyThatCanNotBeUsedIsExitCode2(@TempDir Path files) {
    try (FakeEngFlow engflow = FakeEngFlow.builder().tls(files).start()) {
      TlsFiles pem = engflow.tls();
      String certificate = "--tls_certificate=" + pem.certificate();
      assertThat(run(endpoint(engflow), certificate, "--tls_key=" + pem.pkcs1Key())).isEqualTo(2);
      assertReason("openssl pkcs8");
      assertThat(run(endpoint(engflow), certificate, "--tls_key=" + pem.strangerKey()))
          .isEqualTo(2);
      assertReason("does not belong");
    }
  }

  private void assertReason(String part) {
    assertThat(errLines().stream().filter(line -> !line.startsWith("# ")))
        .singleElement()
        .asString()
        .startsWith("engflow-notifications: ")
        .contains(part);
    err.reset();
  }

  @Test
  void aWrongFlagIsOneLineWithAHintAndExitCode2() {
    String here = "--notification_queue_endpoint=grpc://127.0.0.1:1";
    String tls = "--notification_queue_endpoint=grpcs://127.0.0.1:1";
    List<List<String>> wrong =
        List.of(
            List.of("--token=x"),
            List.of("--notification_queue_endpoint=https://127.0.0.1:1"),
            List.of("--notification_queue_endpoint=grpcs://joe@127.0.0.1:1"),
            List.of("--notification_queue_endpoint=grpc://engflow.example.com", "--token=x"),
            List.of(here, "--queue_name="),
            List.of(here, "--ack_deadline=29s"),
            List.of(here, "--ack_deadline=301s"),
            List.of(here, "--ack_deadline=soon"),
            List.of(here, "--token="),
            List.of(here, "--token=x", "--token_file=y"),
            List.of(here, "--token_file=/no/such/file"),
            List.of(here, "--header=x-y"),
            List.of(here, "--header==x"),
            List.of(here, "--token=x", "--header=x-y=1", "--header=x-y=2"),
            List.of(tls, "--tls_certificate=/no/such/file"),
            List.of(tls, "--tls_certificate=/no/such/file", "--tls_key=/no/such/file"),
            List.of(tls, "--tls_ca=/no/such/file"),
            List.of(here, "--forward=localhost:50051"),
            List.of(here, "--count=0"),
            List.of(here, "--gnome"));
    for (List<String> args : wrong) {
      err.reset();
      assertThat(run(args.toArray(String[]::new))).as("%s", args).isEqualTo(2);
      assertThat(errLines())
          .as("%s", args)
          .singleElement()
          .asString()
          .startsWith("engflow-notifications: ")
          .endsWith("; see --help");
    }
    assertThat(out.size()).isZero();
  }

  @Test
  void helpListsEveryFlag() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--notification_queue_endpoint", "--queue_name", "eventstore/lifecycle-events")
        .contains("--tls_certificate", "--tls_key", "--tls_ca", "--token=", "--token_file")
        .contains("ENGFLOW_TOKEN", "--header", "--forward", "--with_invocations")
        .contains("--ack_deadline", "60s", "--output", "--count", "--for", "--help");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ctrlCEndsWithExitCode0() throws IOException, InterruptedException {
    try (FakeEngFlow engflow = FakeEngFlow.start()) {
      var command =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  EngFlowNotifications.class.getName(),
                  endpoint(engflow))
              .redirectErrorStream(true);
      command.environment().remove("ENGFLOW_TOKEN");
      Process running = command.start();
      var lines =
          new BufferedReader(
              new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8));
      // From 24 on, the JVM itself says first what it thinks of protobuf's use of Unsafe.
      String line = lines.readLine();
      while (line != null && line.startsWith("WARNING: ")) {
        line = lines.readLine();
      }
      assertThat(line).startsWith("# connected to " + engflow.url());
      new ProcessBuilder("kill", "-INT", String.valueOf(running.pid())).start().waitFor();
      assertThat(running.waitFor()).isZero();
    }
  }

  /** Lets a test wait for what the command says. */
  private static final class Said extends ByteArrayOutputStream {

    @Override
    public synchronized void write(byte[] bytes, int from, int count) {
      super.write(bytes, from, count);
      notifyAll();
    }

    synchronized void await(String part) throws InterruptedException {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!toString(StandardCharsets.UTF_8).contains(part)) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        assertThat(left).as("%s in %s", part, this).isPositive();
        wait(left);
      }
    }
  }
}
