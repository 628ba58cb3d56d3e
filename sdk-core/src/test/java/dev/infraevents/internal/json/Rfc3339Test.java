package dev.infraevents.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.infraevents.testkit.junit.LeakCheck;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class Rfc3339Test {

  @Property
  void readsWhatJavaTimeReads(@ForAll("timestamps") String text) {
    assertThat(Rfc3339.parse(text)).isEqualTo(OffsetDateTime.parse(text).toInstant());
    assertThat(Rfc3339.parse(text.toLowerCase(Locale.ROOT))).isEqualTo(Rfc3339.parse(text));
  }

  @Property
  void readsWhatInstantWrites(@ForAll("instants") Instant instant) {
    assertThat(Rfc3339.parse(instant.toString())).isEqualTo(instant);
  }

  @Property
  void neverReadsWhatJavaTimeRefuses(
      @ForAll("timestamps") String text,
      @ForAll @IntRange(min = 0, max = 40) int at,
      @ForAll("suspects") char other) {
    StringBuilder damaged = new StringBuilder(text);
    damaged.setCharAt(Math.min(at, text.length() - 1), other);
    Instant read = read(damaged.toString());

    // java.time goes up to 18 hours only; it also takes shorter and longer offsets.
    if (read != null && !damaged.toString().matches(".*[+-](18:.[1-9]|18:[1-5].|19:..|2.:..)")) {
      assertThat(read)
          .as(damaged.toString())
          .isEqualTo(OffsetDateTime.parse(damaged.toString().toUpperCase(Locale.ROOT)).toInstant());
    }
  }

  @Property
  void findsItsPlaceInABuffer(
      @ForAll("timestamps") String text, @ForAll @IntRange(max = 50) int at) {
    char[] buffer = ("9".repeat(at) + text + "9").toCharArray();

    assertThat(Rfc3339.parse(buffer, at, text.length())).isEqualTo(Rfc3339.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04Z",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05,5Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05.1234567890Z",
        "2026-01-02T03:04:05.123456789",
        "2026-01-02T03:04:05+02",
        "2026-01-02T03:04:05+0200",
        "2026-01-02T03:04:05+02:00:00",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+00:60",
        "2026-01-02T03:04:05Zulu",
        "2026-01-02T03:04:60Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:00Z",
        "2026-00-02T03:04:05Z",
        "2026-13-02T03:04:05Z",
        "2026-01-00T03:04:05Z",
        "2026-01-32T03:04:05Z",
        "2026-04-31T03:04:05Z",
        "2025-02-29T03:04:05Z",
        "1900-02-29T03:04:05Z",
        "+2026-01-02T03:04:05Z",
        "-2026-01-02T03:04:05Z",
        "20260-01-02T03:04:05Z",
        "2026-01-02T03:04:05.1\u0661Z",
        "\u0662026-01-02T03:04:05Z"
      })
  void refusesWhatIsNotRfc3339(String text) {
    assertThatExceptionOfType(DateTimeException.class)
        .isThrownBy(() -> Rfc3339.parse(text))
        .withMessage("not an RFC 3339 timestamp");
  }

  @Test
  void readsTheEndsOfItsRange() {
    assertThat(Rfc3339.parse("0000-01-01T00:00:00Z")).isEqualTo("0000-01-01T00:00:00Z");
    assertThat(Rfc3339.parse("9999-12-31T23:59:59.999999999Z"))
        .isEqualTo("9999-12-31T23:59:59.999999999Z");
    assertThat(Rfc3339.parse("2024-02-29T00:00:00Z")).isEqualTo("2024-02-29T00:00:00Z");
    assertThat(Rfc3339.parse("2000-02-29T00:00:00Z")).isEqualTo("2000-02-29T00:00:00Z");
    assertThat(Rfc3339.parse("2026-01-02T03:04:05-00:00")).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(Rfc3339.parse("2026-01-02T03:04:05+23:59")).isEqualTo("2026-01-01T03:05:05Z");
  }

  @Provide
  Arbitrary<String> timestamps() {
    Arbitrary<Integer> digits = Arbitraries.integers().between(0, 9);
    return Combinators.combine(instants(), offsets(), digits)
        .as(
            (instant, offset, fraction) -> {
              OffsetDateTime time = instant.atOffset(offset);
              LocalDateTime local = time.toLocalDateTime();
              String nanos = String.format(Locale.ROOT, "%09d", local.getNano());
              return String.format(
                      Locale.ROOT,
                      "%04d-%02d-%02dT%02d:%02d:%02d",
                      local.getYear(),
                      local.getMonthValue(),
                      local.getDayOfMonth(),
                      local.getHour(),
                      local.getMinute(),
                      local.getSecond())
                  + (fraction == 0 ? "" : "." + nanos.substring(0, fraction))
                  + offset.getId();
            });
  }

  @Provide
  Arbitrary<Instant> instants() {
    // A day off both ends, so that no offset leaves the four-digit years.
    long first = Instant.parse("0000-01-02T00:00:00Z").getEpochSecond();
    long last = Instant.parse("9999-12-30T23:59:59Z").getEpochSecond();
    return Combinators.combine(
            Arbitraries.longs().between(first, last),
            Arbitraries.integers().between(0, 999_999_999))
        .as((seconds, nanos) -> Instant.ofEpochSecond(seconds, nanos));
  }

  @Provide
  Arbitrary<Character> suspects() {
    return Arbitraries.chars().with("0123456789TtZz:+-., /\u0660\u00e9".toCharArray());
  }

  private static Arbitrary<ZoneOffset> offsets() {
    return Arbitraries.integers()
        .between(-18 * 60, 18 * 60)
        .map(minutes -> ZoneOffset.ofTotalSeconds(minutes * 60));
  }

  private static Instant read(String text) {
    try {
      return Rfc3339.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
