package dev.infraevents.benchmarks;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks of single steps, with JMH. */
final class Steps {

  private final boolean smoke;
  private final Report report;

  Steps(boolean smoke, Report report) {
    this.smoke = smoke;
    this.report = report;
  }

  void decode() throws RunnerException {
    Map<String, Cost> costs = run(DecodeBenchmark.class);
    for (DecodeBenchmark.Size size : DecodeBenchmark.Size.values()) {
      Cost event = Report.of(costs, "event " + size);
      Cost plain = Report.of(costs, "plainJackson " + size);
      report.figure(
          "decode " + size + ": event / plain Jackson, bytes allocated",
          Report.number(event.bytes() / plain.bytes()));
      String what = "decode " + size + ": event / plain Jackson, time";
      double ratio = event.nanos() / plain.nanos();
      if (size == DecodeBenchmark.Size.INSTANCE) {
        report.atMost(what, ratio, 0.5, "");
      } else {
        report.figure(what, Report.number(ratio));
      }
    }
    print("decode", costs);
  }

  void engine() throws RunnerException {
    Map<String, Cost> costs = run(EngineBenchmark.class);
    report.atMost(
        "engine: added to a direct call",
        Report.of(costs, "engine").nanos() - Report.of(costs, "directCall").nanos(),
        500,
        " ns");
    print("engine", costs);
  }

  void verify() throws RunnerException {
    Map<String, Cost> costs = run(VerifyBenchmark.class);
    double uncached = Report.of(costs, "uncached").nanos();
    report.atLeast(
        "verify: tokens per second, PushVerifier uncached / nimbus alone",
        Report.of(costs, "nimbusAlone").nanos() / uncached,
        0.9,
        "");
    report.atLeast(
        "verify: tokens per second, PushVerifier cached / uncached",
        uncached / Report.of(costs, "cached").nanos(),
        20,
        "");
    report.figure(
        "verify: tokens per second, PushVerifier uncached / signature alone",
        Report.number(Report.of(costs, "signatureAlone").nanos() / uncached));
    report.figure(
        "verify: tokens per second, PushVerifier uncached / Google's TokenVerifier",
        Report.number(Report.of(costs, "googleTokenVerifier").nanos() / uncached));
    print("verify", costs);
  }

  private void print(String group, Map<String, Cost> costs) {
    costs.forEach(
        (name, cost) ->
            report.figure(
                group + ": " + name,
                "%s ns, %s B".formatted(Report.number(cost.nanos), Report.number(cost.bytes))));
  }

  private Map<String, Cost> run(Class<?> benchmark) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + benchmark.getSimpleName() + "\\.")
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    if (smoke) {
      TimeValue moment = TimeValue.milliseconds(10);
      options.forks(0).warmupIterations(1).warmupTime(moment);
      options.measurementIterations(1).measurementTime(moment);
    }
    Collection<RunResult> results = new Runner(options.build()).run();
    Map<String, Cost> costs = new TreeMap<>();
    for (RunResult result : results) {
      String size = result.getParams().getParam("size");
      String name = result.getPrimaryResult().getLabel() + (size == null ? "" : " " + size);
      double bytes = Report.of(result.getSecondaryResults(), "gc.alloc.rate.norm").getScore();
      costs.put(name, new Cost(result.getPrimaryResult().getScore(), bytes));
    }
    return costs;
  }

  private record Cost(double nanos, double bytes) {}
}
