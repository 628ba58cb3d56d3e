package dev.infraevents.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The rows of one run, printed as tables of Markdown. */
final class Report {

  private static final String NO_TARGET = "";

  private final List<Row> figures = new ArrayList<>();
  private final List<Row> targets = new ArrayList<>();

  /** What was measured. */
  void figure(String what, String value) {
    figures.add(new Row(what, value, NO_TARGET));
  }

  /** What it was measured for. */
  void atMost(String what, double value, double limit, String unit) {
    target(what, value, "<=", limit, unit, value <= limit);
  }

  /** What it was measured for. */
  void atLeast(String what, double value, double limit, String unit) {
    target(what, value, ">=", limit, unit, value >= limit);
  }

  private void target(
      String what, double value, String relation, double limit, String unit, boolean met) {
    String verdict = relation + " " + number(limit) + unit + (met ? ": pass" : ": FAIL");
    targets.add(new Row(what, number(value) + unit, verdict));
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    targets.forEach(row -> names.add(row.what()));
    figures.forEach(row -> names.add(row.what()));
    return names;
  }

  void print(PrintStream out) {
    out.println("| target | measured | wanted |\n| --- | --- | --- |");
    targets.forEach(
        row -> out.println("| " + row.what + " | " + row.value + " | " + row.verdict + " |"));
    out.println("\n| figure | measured |\n| --- | --- |");
    figures.forEach(row -> out.println("| " + row.what + " | " + row.value + " |"));
  }

  /** What has to be in a map of results. */
  static <K, V> V of(Map<K, V> results, K key) {
    return Objects.requireNonNull(results.get(key), () -> "not measured: " + key);
  }

  static String number(double value) {
    String format = Math.abs(value) < 10 ? "%.2f" : "%,.0f";
    return String.format(Locale.ROOT, format, value);
  }

  private record Row(String what, String value, String verdict) {}
}
