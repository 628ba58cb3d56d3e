package dev.infraevents.internal.foundries;

import dev.infraevents.internal.json.Rfc3339;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the times that devices write: RFC 3339, more or less. */
final class DeviceClock {

  /** Date, time and offset of a timestamp in one of the neighbouring notations. */
  private static final Pattern LOOSE =
      Pattern.compile(
          "\\s*(\\S{10})[Tt ]([0-9:]{8}(?:\\.[0-9]{1,9})?)[0-9]* ?"
              + "([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)\\s*");

  private static final int LONGEST = 64;

  private DeviceClock() {}

  /** The moment; null if the text does not say which. */
  static @Nullable Instant parse(String text) {
    Matcher loose = text.length() <= LONGEST ? LOOSE.matcher(text) : null;
    if (loose == null || !loose.matches()) {
      return null;
    }
    try {
      return Rfc3339.parse(loose.group(1) + "T" + loose.group(2) + offset(loose.group(3)));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static String offset(String offset) {
    return switch (offset.length()) {
      case 3 -> offset + ":00";
      case 5 -> offset.substring(0, 3) + ":" + offset.substring(3);
      default -> offset;
    };
  }
}
