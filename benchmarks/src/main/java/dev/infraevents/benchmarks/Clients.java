package dev.infraevents.benchmarks;

import java.io.IOException;
import java.util.Map;

/**
 * Runs clients of one kind, each in a process of its own, or in this one if it is only to be seen
 * that they run.
 *
 * @param main the client, whose arguments are a port, a way, and the path of a {@link Traffic}
 * @param here the same, called
 */
record Clients<W extends Enum<W>>(boolean smoke, Class<?> main, Here<W> here) {

  /** A client in this process. */
  @FunctionalInterface
  interface Here<W> {
    /** One line of names and values. */
    String run(int port, W way, Traffic traffic) throws IOException, InterruptedException;
  }

  Map<String, Double> run(int port, W way, Traffic traffic)
      throws IOException, InterruptedException {
    if (smoke) {
      return Processes.values(here.run(port, way, traffic));
    }
    System.err.println("measuring " + way + ", " + traffic);
    return Processes.values(Processes.client(main, port, way, traffic.path()).get(0));
  }
}
