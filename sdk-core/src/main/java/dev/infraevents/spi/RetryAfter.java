package dev.infraevents.spi;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** What an HTTP answer says about time. */
public final class RetryAfter {

  private RetryAfter() {}

  /**
   * Reads a {@code Retry-After}.
   *
   * @param value the header's value: seconds, or a date; null if there is none
   * @param sent the value of {@code Date}, with which a date is compared, as our own clock may
   *     differ; or null
   * @return the wait, or null if there is none, or it can not be read
   */
  public static @Nullable Duration of(@Nullable String value, @Nullable String sent) {
    if (value == null) {
      return null;
    }
    if (value.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    Instant until = date(value);
    Instant from = date(sent);
    return until == null || from == null || until.isBefore(from)
        ? null
        : Duration.between(from, until);
  }

  /**
   * Reads a date.
   *
   * @param text a header's value, or null
   * @return the moment, or null if there is none, or it can not be read
   */
  public static @Nullable Instant date(@Nullable String text) {
    try {
      return text == null
          ? null
          : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }
}
