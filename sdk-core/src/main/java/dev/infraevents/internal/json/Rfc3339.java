package dev.infraevents.internal.json;

import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads RFC 3339 timestamps. Written by hand because the formatter of {@code java.time} takes
 * longer than the rest of a typical event.
 *
 * <p>Accepts {@code 2026-01-02T03:04:05.123456789+02:00}: up to 9 digits of fraction, or none; an
 * offset, or {@code Z}; {@code t} and {@code z} as well. Leap seconds are refused, as {@code
 * java.time} and Go do.
 */
public final class Rfc3339 {

  private static final int[] NANOS_PER_UNIT = {
    0, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1
  };

  // "2026-01-02T03:04:05Z"
  private static final int SHORTEST = 20;

  private Rfc3339() {}

  /**
   * Reads a timestamp.
   *
   * @param text the timestamp and nothing else
   * @return the moment
   * @throws DateTimeException if it is malformed; the message does not quote it
   */
  public static Instant parse(String text) {
    return parse(text.toCharArray(), 0, text.length());
  }

  /**
   * Reads a timestamp out of a buffer.
   *
   * @param chars the buffer
   * @param from where the timestamp starts
   * @param length how long it is
   * @return the moment
   * @throws DateTimeException if it is malformed; the message does not quote it
   */
  public static Instant parse(char[] chars, int from, int length) {
    return new Scan(chars, from, from + length).instant();
  }

  /**
   * Reads a timestamp of a server written in Go, whose zero time stands for "not set".
   *
   * @param chars the buffer
   * @param from where the timestamp starts
   * @param length how long it is
   * @return the moment, or null for one of the years 0 (the zero time west of Greenwich) and 1
   * @throws DateTimeException if it is malformed; the message does not quote it
   */
  public static @Nullable Instant parseOrUnset(char[] chars, int from, int length) {
    Scan scan = new Scan(chars, from, from + length);
    Instant instant = scan.instant();
    return scan.year <= 1 ? null : instant;
  }

  private static final class Scan {
    private final char[] chars;
    private final int end;
    private int at;
    private int year;

    private Scan(char[] chars, int from, int end) {
      this.chars = chars;
      this.at = from;
      this.end = end;
    }

    private Instant instant() {
      if (end - at < SHORTEST) {
        throw malformed();
      }
      year = digits(4);
      expect('-', '-');
      int month = digits(2);
      expect('-', '-');
      int day = digits(2);
      expect('T', 't');
      int hour = digits(2);
      expect(':', ':');
      int minute = digits(2);
      expect(':', ':');
      int second = digits(2);
      int nanos = fraction();
      int offset = offsetSeconds();
      if (at != end || !isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) {
        throw malformed();
      }
      long local = epochDay(year, month, day) * 86_400 + hour * 3_600L + minute * 60L + second;
      return Instant.ofEpochSecond(local - offset, nanos);
    }

    private int digits(int count) {
      if (end - at < count) {
        throw malformed();
      }
      int value = 0;
      for (int i = 0; i < count; i++) {
        int digit = chars[at++] - '0';
        if (digit < 0 || digit > 9) {
          throw malformed();
        }
        value = value * 10 + digit;
      }
      return value;
    }

    private void expect(char wanted, char or) {
      char c = at < end ? chars[at++] : 0;
      if (c != wanted && c != or) {
        throw malformed();
      }
    }

    private int fraction() {
      if (at >= end || chars[at] != '.') {
        return 0;
      }
      int start = ++at;
      while (at < end && chars[at] >= '0' && chars[at] <= '9') {
        at++;
      }
      int count = at - start;
      if (count == 0 || count >= NANOS_PER_UNIT.length) {
        throw malformed();
      }
      at = start;
      return digits(count) * NANOS_PER_UNIT[count];
    }

    private int offsetSeconds() {
      char sign = at < end ? chars[at++] : 0;
      if (sign == 'Z' || sign == 'z') {
        return 0;
      }
      if (sign != '+' && sign != '-') {
        throw malformed();
      }
      int hours = digits(2);
      expect(':', ':');
      int minutes = digits(2);
      if (hours > 23 || minutes > 59) {
        throw malformed();
      }
      int seconds = hours * 3_600 + minutes * 60;
      return sign == '-' ? -seconds : seconds;
    }
  }

  private static boolean isDate(int year, int month, int day) {
    if (month < 1 || month > 12 || day < 1) {
      return false;
    }
    int length =
        switch (month) {
          case 2 -> isLeap(year) ? 29 : 28;
          case 4, 6, 9, 11 -> 30;
          default -> 31;
        };
    return day <= length;
  }

  private static boolean isLeap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  }

  // Days since 1970-01-01. Years are counted from March, so that the leap day is the last one; the
  // year is shifted by one cycle of 400 years to keep all divisions positive.
  private static long epochDay(int year, int month, int day) {
    int shifted = year + 400 - (month <= 2 ? 1 : 0);
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    long days = shifted * 365L + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear;
    return days - 719_468 - 146_097;
  }

  private static DateTimeException malformed() {
    return new DateTimeException("not an RFC 3339 timestamp");
  }
}
