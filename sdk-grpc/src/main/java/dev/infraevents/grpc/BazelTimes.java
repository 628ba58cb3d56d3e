package dev.infraevents.grpc;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Bazel's times. Each is there twice: as a message, and as milliseconds, which is all that old
 * versions set.
 */
final class BazelTimes {

  private BazelTimes() {}

  static @Nullable Instant instant(boolean present, Timestamp time, long millis) {
    Instant known = present ? Protos.instant(time) : null;
    return known == null && millis != 0 ? Instant.ofEpochMilli(millis) : known;
  }

  static @Nullable Duration duration(
      boolean present, com.google.protobuf.Duration duration, long millis) {
    Duration known = present ? Protos.duration(duration) : null;
    return known == null && millis != 0 ? Duration.ofMillis(millis) : known;
  }
}
