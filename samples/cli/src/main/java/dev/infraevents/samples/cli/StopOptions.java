package dev.infraevents.samples.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The flags that every sample has: when it stops by itself. A picocli mixin. */
public final class StopOptions {

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

  /**
   * After how many events to stop.
   *
   * @return {@link Long#MAX_VALUE} if not said
   */
  public long count() {
    return count;
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
