package dev.infraevents.samples.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The flags that every sample has. A picocli mixin. */
public final class CommonOptions {

  /** How an event is printed. */
  public enum Output {
    /** One readable line. */
    TEXT,
    /** One CloudEvent in JSON per line. */
    JSON,
    /** The message as it arrived, one per line. */
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
          "text: readable; json: one CloudEvent per line; raw: each message as it arrived")
  Output output = Output.TEXT;

  @Option(
      names = "--count",
      paramLabel = "N",
      converter = PositiveNumber.class,
      description = "stop after N events")
  Long count = Long.MAX_VALUE;

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      converter = DurationText.class,
      description = "stop after this time, such as 500ms, 30s, 5m or 1h")
  Duration limit = Duration.ofNanos(Long.MAX_VALUE);

  /** Reads 500ms, 30s, 5m, 1h. */
  public static final class DurationText implements ITypeConverter<Duration> {
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    @Override
    public Duration convert(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new TypeConversionException("not a duration such as 500ms, 30s, 5m or 1h: " + text);
      }
      long amount = Long.parseLong(form.group(1));
      Duration duration =
          switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
          };
      if (duration.compareTo(LONGEST) > 0) {
        throw new TypeConversionException(
            "longer than " + LONGEST.toHours() + "h (leave it out for no limit): " + text);
      }
      return duration;
    }
  }

  /** Reads 1 and up. */
  static final class PositiveNumber implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      if (!text.matches("[1-9][0-9]{0,17}")) {
        throw new TypeConversionException("not a number of 1 or more: " + text);
      }
      return Long.valueOf(text);
    }
  }
}
