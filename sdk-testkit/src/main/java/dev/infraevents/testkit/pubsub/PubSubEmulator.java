package dev.infraevents.testkit.pubsub;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Google's own emulator of Pub/Sub, for tests against a server that is not ours: the one that
 * {@code PUBSUB_EMULATOR_HOST} names, or a new process of the one that is installed with the Cloud
 * CLI (component {@code pubsub-emulator}).
 *
 * <p>Versions before 0.8.32 (Cloud CLI 568.0.0) do not answer the pings of Google's client library,
 * which then breaks its streams every 20 s; the sources of this SDK do not.
 *
 * <p>Thread-safe.
 */
public final class PubSubEmulator implements AutoCloseable {

  private static final String VARIABLE = "PUBSUB_EMULATOR_HOST";
  private static final String JARS = "platform/pubsub-emulator/lib";
  private static final String STARTED = "Server started, listening on ";
  private static final int ATTEMPTS = 3;
  private static final long PATIENCE_SECONDS = 5;

  private final String endpoint;
  private final @Nullable Process process;

  private PubSubEmulator(String endpoint, @Nullable Process process) {
    this.endpoint = endpoint;
    this.process = process;
  }

  /**
   * Finds a running emulator or starts one, and waits until it listens.
   *
   * @return the emulator; empty if {@code PUBSUB_EMULATOR_HOST} is not set and none is installed
   * @throws IOException if one is installed and does not start
   */
  public static Optional<PubSubEmulator> start() throws IOException {
    return start(System.getenv());
  }

  static Optional<PubSubEmulator> start(Map<String, String> environment) throws IOException {
    String running = environment.get(VARIABLE);
    if (running != null && !running.isBlank()) {
      return Optional.of(new PubSubEmulator(running.strip(), null));
    }
    Path jar = installed(environment);
    return jar == null ? Optional.empty() : Optional.of(start(jar));
  }

  /**
   * What to say where there is none.
   *
   * @return a sentence for a skipped test
   */
  public static String whenMissing() {
    return "no Pub/Sub emulator: install the Cloud CLI's component pubsub-emulator, or set "
        + VARIABLE;
  }

  private static @Nullable Path installed(Map<String, String> environment) throws IOException {
    for (Path home : homes(environment)) {
      Path folder = home.resolve(JARS);
      if (Files.isDirectory(folder)) {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
          for (Path jar : jars) {
            return jar;
          }
        }
      }
    }
    return null;
  }

  /** Where the Cloud CLI may be: beside its command, and where its installers put it. */
  private static List<Path> homes(Map<String, String> environment) throws IOException {
    List<Path> homes = new ArrayList<>();
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path command = Path.of(folder, "gcloud");
      if (Files.isExecutable(command)) {
        Path bin = command.toRealPath().getParent();
        if (bin != null && bin.getParent() != null) {
          homes.add(bin.getParent());
        }
      }
    }
    homes.add(Path.of("/usr/lib/google-cloud-sdk"));
    homes.add(Path.of("/opt/google-cloud-sdk"));
    homes.add(Path.of(System.getProperty("user.home"), "google-cloud-sdk"));
    return homes;
  }

  // It can not choose a port by itself, and another process may take the one that was free.
  private static PubSubEmulator start(Path jar) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      PubSubEmulator started = start(jar, freePort());
      if (started != null) {
        return started;
      }
    }
    throw new IOException("the Pub/Sub emulator " + jar + " does not start");
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static @Nullable PubSubEmulator start(Path jar, int port) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-jar", jar.toString(), "--host=127.0.0.1", "--port=" + port)
            .redirectErrorStream(true)
            .start();
    BufferedReader output = process.inputReader();
    String line;
    while ((line = output.readLine()) != null) {
      if (line.contains(STARTED)) {
        drain(output);
        return new PubSubEmulator("127.0.0.1:" + port, process);
      }
    }
    process.destroyForcibly();
    return null;
  }

  /** Or it stops when the pipe is full. Ends with the process. */
  private static void drain(BufferedReader output) {
    Thread reader =
        new Thread(
            () -> {
              try {
                while (output.readLine() != null) {
                  // nobody reads it
                }
              } catch (IOException | UncheckedIOException e) {
                // the process has ended
              }
            },
            "pubsub-emulator-output");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Where it listens.
   *
   * @return {@code host:port}
   */
  public String endpoint() {
    return endpoint;
  }

  /** Ends the process, if this has started it. Waits until it has ended. */
  @Override
  public void close() {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
