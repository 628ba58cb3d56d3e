package dev.infraevents.samples.engflow.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.infraevents.grpc.proto.forwarding.EngFlowRequest;
import dev.infraevents.grpc.proto.forwarding.ForwardingGrpc;
import dev.infraevents.samples.cli.Runner;
import dev.infraevents.testkit.junit.LeakCheck;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class DemoServerTest {

  private static final String LISTENING = "# listening on port ";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static PrintStream print(OutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private int run(String... args) {
    return Runner.execute(DemoServer::new, print(out), print(err), args);
  }

  private List<String> errLines() {
    return err.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** Runs the server on any port until it ends, and forwards to it meanwhile. */
  private int runWith(PrintStream events, Forwards forwards, String... flags) throws IOException {
    List<String> args = new ArrayList<>(List.of("--port", "0"));
    args.addAll(List.of(flags));
    try (var said = new PipedOutputStream();
        var lines =
            new BufferedReader(
                new InputStreamReader(new PipedInputStream(said), StandardCharsets.UTF_8))) {
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(
              () ->
                  Runner.execute(
                      DemoServer::new, events, print(said), args.toArray(String[]::new)));
      try (var client = new Client(port(lines.readLine()))) {
        forwards.to(client);
      }
      return code.orTimeout(30, TimeUnit.SECONDS).join();
    }
  }

  private static int port(String line) {
    assertThat(line).startsWith(LISTENING);
    return Integer.parseInt(line.substring(LISTENING.length()));
  }

  private interface Forwards {
    void to(Client client);
  }

  @Test
  void printsIdAndPayloadOnOneLineAndSaysSo() throws IOException {
    int code =
        runWith(
            print(out),
            client -> {
              assertThat(client.forward("n-1", "{\"specversion\":\"1.0\"}"))
                  .isEqualTo("Processed request with id n-1 in the server.");
              assertThat(client.forward("n-2", "M\u00fcnchen\r\nfoo\u001b[2J\u2028bar"))
                  .isEqualTo("Processed request with id n-2 in the server.");
            },
            "--count",
            "2");
    assertThat(code).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).split("\\R"))
        .containsExactly("n-1 {\"specversion\":\"1.0\"}", "n-2 M\u00fcnchen  foo [2J bar");
  }

  @Test
  void takesPayloadsBeyondTheDefaultLimitOfGrpc() throws IOException {
    String payload = "x".repeat(27 << 20);
    int code = runWith(print(out), client -> client.forward("big", payload), "--count=1");
    assertThat(code).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).strip()).isEqualTo("big " + payload);
  }

  @Test
  void whatCanNotBePrintedIsNotConfirmed() throws IOException {
    var closed = print(OutputStream.nullOutputStream());
    closed.close();
    int code =
        runWith(
            closed,
            client ->
                assertThatThrownBy(() -> client.forward("n-1", "lost"))
                    .hasMessageContaining("UNAVAILABLE"));
    assertThat(code).isZero();
  }

  @Test
  void whatComesAfterTheLastIsNeitherPrintedNorConfirmed() throws IOException {
    var done = new CompletableFuture<Void>();
    var server = new ForwardingServer(0, new PrintingService(print(out), 1, done));
    try (var client = new Client(server.port())) {
      client.forward("n-1", "in time");
      assertThat(done).succeedsWithin(Duration.ofSeconds(30));
      assertThatThrownBy(() -> client.forward("n-2", "late")).hasMessageContaining("UNAVAILABLE");
    } finally {
      server.close();
    }
    assertThat(out.toString(StandardCharsets.UTF_8).strip()).isEqualTo("n-1 in time");
  }

  @Test
  void forStopsAfterTheTime() {
    assertThat(run("--port=0", "--for=10ms")).isZero();
    assertThat(errLines()).singleElement().asString().startsWith(LISTENING);
  }

  @Test
  void aPortThatIsTakenIsExitCode1AndOneLine() throws IOException {
    try (var taken = new ServerSocket(0)) {
      assertThat(run("--port", String.valueOf(taken.getLocalPort()))).isEqualTo(1);
      assertThat(errLines())
          .singleElement()
          .asString()
          .startsWith("engflow-demo-server: can not listen on port " + taken.getLocalPort());
    }
  }

  @Test
  void aWrongFlagIsOneLineWithAHintAndExitCode2() {
    for (String wrong : List.of("--port=65536", "--port=-1", "--port=x", "--count=0", "--gnome")) {
      err.reset();
      assertThat(run(wrong)).as(wrong).isEqualTo(2);
      assertThat(errLines())
          .singleElement()
          .asString()
          .startsWith("engflow-demo-server: ")
          .endsWith("; see --help");
    }
  }

  @Test
  void helpListsEveryFlag() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--port", "50051", "--count", "--for");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ctrlCEndsWithExitCode0() throws IOException, InterruptedException {
    Process running =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DemoServer.class.getName(),
                "--port=0")
            .redirectErrorStream(true)
            .start();
    var lines =
        new BufferedReader(new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8));
    assertThat(lines.readLine()).startsWith(LISTENING);
    new ProcessBuilder("kill", "-INT", String.valueOf(running.pid())).start().waitFor();
    assertThat(running.waitFor()).isZero();
  }

  /** Forwards as the public example does, with threads that are gone when it is closed. */
  private static final class Client implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final ManagedChannel channel;

    Client(int port) {
      channel =
          OkHttpChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
              .executor(threads)
              .transportExecutor(threads)
              .offloadExecutor(threads)
              .scheduledExecutorService(timers)
              .build();
    }

    String forward(String id, String payload) {
      return ForwardingGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .forwardStream(EngFlowRequest.newBuilder().setId(id).setPayload(payload).build())
          .getMessage();
    }

    @Override
    public void close() {
      channel.shutdownNow();
      try {
        assertThat(channel.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      threads.shutdown();
      timers.shutdown();
    }
  }
}
