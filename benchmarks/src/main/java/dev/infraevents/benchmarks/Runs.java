package dev.infraevents.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Several runs of each way to do something, of which the median counts. */
final class Runs<W extends Enum<W>> {

  /** How many, unless there is no time for it. */
  static final int ROUNDS = 5;

  private final Map<W, List<Map<String, Double>>> results;

  private Runs(Class<W> ways) {
    this.results = new EnumMap<>(ways);
  }

  /** One run. */
  @FunctionalInterface
  interface Run<W> {
    /** The results by their names. */
    Map<String, Double> of(W way) throws IOException, InterruptedException;
  }

  /** One way after the other, several times: what disturbs the machine for a while disturbs all. */
  static <W extends Enum<W>> Runs<W> of(Class<W> ways, int rounds, Run<W> run)
      throws IOException, InterruptedException {
    var runs = new Runs<>(ways);
    for (int i = 0; i < rounds; i++) {
      for (W way : ways.getEnumConstants()) {
        runs.results.computeIfAbsent(way, key -> new ArrayList<>()).add(run.of(way));
      }
    }
    return runs;
  }

  /** Nanoseconds of CPU per event. */
  double cpu(W way) {
    return median(way, result -> Report.of(result, "cpu"));
  }

  /** Nanoseconds per event by the clock. */
  double wall(W way) {
    return median(way, result -> Report.of(result, "wall"));
  }

  /** What an event costs, each way. */
  void report(Report report, String prefix) {
    for (W way : results.keySet()) {
      report.figure(
          prefix + way,
          "%s ns of CPU per event, %s events per CPU second, %s per second, %s B allocated per event (runs: %s)"
              .formatted(
                  Report.number(cpu(way)),
                  Report.number(1e9 / cpu(way)),
                  Report.number(1e9 / wall(way)),
                  Report.number(median(way, result -> Report.of(result, "bytes"))),
                  String.join(
                      " ",
                      Report.of(results, way).stream()
                          .map(result -> Report.number(Report.of(result, "cpu")))
                          .toList())));
    }
  }

  private double median(W way, ToDoubleFunction<Map<String, Double>> value) {
    List<Double> sorted =
        Report.of(results, way).stream().mapToDouble(value).sorted().boxed().toList();
    return sorted.get(sorted.size() / 2);
  }
}
