package dev.infraevents.samples.cli;

import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of every sample that prints events. A picocli mixin. */
public final class CommonOptions {

  /** How an event is printed. */
  public enum Output {
    /** One readable line. */
    TEXT,
    /** One CloudEvent in JSON per line. */
    JSON,
    /** The message as it arrived, one per line; in Base64 where the source sends no text. */
    RAW;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--output",
      defaultValue = "text",
      paramLabel = "text|json|raw",
      description =
          "text: readable; json: one CloudEvent per line; raw: each message as it arrived, in Base64"
              + " if it is binary")
  Output output = Output.TEXT;

  @Mixin StopOptions stop = new StopOptions();
}
