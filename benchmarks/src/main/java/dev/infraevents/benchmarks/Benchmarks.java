package dev.infraevents.benchmarks;

/** Runs everything. */
public final class Benchmarks {
  private Benchmarks() {}

  /** Runs everything. */
  public static void main(String[] args) throws Exception {
    org.openjdk.jmh.Main.main(args);
  }
}
