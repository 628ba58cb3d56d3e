package dev.infraevents.testkit.garm;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Times as Go writes them. No two are equal, however little time has passed. */
final class GarmStamps {

  private static final DateTimeFormatter RFC_3339_NANO =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendOffset("+HH:MM", "Z")
          .toFormatter(Locale.ROOT);

  private final InstantSource clock;
  private final ZoneId zone;

  // Guarded by this.
  private Instant last = Instant.MIN;

  GarmStamps(InstantSource clock, ZoneId zone) {
    this.clock = clock;
    this.zone = zone;
  }

  synchronized String next() {
    Instant now = clock.instant();
    last = now.isAfter(last) ? now : last.plusNanos(1);
    return RFC_3339_NANO.format(last.atZone(zone));
  }
}
