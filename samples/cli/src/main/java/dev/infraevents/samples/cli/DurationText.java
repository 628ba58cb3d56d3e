package dev.infraevents.samples.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads 500ms, 30s, 5m, 1h. */
public final class DurationText implements ITypeConverter<Duration> {

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
