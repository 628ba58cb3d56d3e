package dev.infraevents.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Servers and clients in processes of their own, each on its own CPU where the system can. */
final class Processes {

  private static final Path TASKSET = Path.of("/usr/bin/taskset");
  private static final int SERVER_CPU = 0;
  private static final int CLIENT_CPU = 1;

  private Processes() {}

  /** What is done while a server runs. */
  @FunctionalInterface
  interface WithServer {
    void run(int port) throws IOException, InterruptedException;
  }

  static boolean canPin() {
    return Files.isExecutable(TASKSET) && Runtime.getRuntime().availableProcessors() > 1;
  }

  /** Runs a server, which prints its port, and ends it. */
  static void serve(Class<?> server, WithServer body) throws IOException, InterruptedException {
    Process process = java(SERVER_CPU, server);
    try (BufferedReader out = reader(process)) {
      body.run(Integer.parseInt(out.readLine()));
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  /** The body of a server's process: says its port, and stays until whoever started it is gone. */
  static void stay(int port) throws IOException {
    System.out.println(port);
    while (System.in.read() >= 0) {
      // nobody writes
    }
  }

  /** Runs a client to its end; the lines that it prints. */
  static List<String> client(Class<?> client, Object... args)
      throws IOException, InterruptedException {
    Process process =
        java(CLIENT_CPU, client, Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    try (BufferedReader out = reader(process)) {
      return out.lines().toList();
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  /** Reads a line of names and values. */
  static Map<String, Double> values(String line) {
    Map<String, Double> values = new HashMap<>();
    for (String value : line.split(" ")) {
      int equals = value.indexOf('=');
      values.put(value.substring(0, equals), Double.valueOf(value.substring(equals + 1)));
    }
    return values;
  }

  private static Process java(int cpu, Class<?> main, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    if (canPin()) {
      command.addAll(List.of(TASKSET.toString(), "-c", Integer.toString(cpu)));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(Arrays.asList(args));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static BufferedReader reader(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }
}
