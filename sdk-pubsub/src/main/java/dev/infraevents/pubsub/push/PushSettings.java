package dev.infraevents.pubsub.push;

import dev.infraevents.spi.TimeSource;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver was built with.
 *
 * @param verifier says who sent a push
 * @param path where pushes are expected
 * @param source names events that do not say which subscription they are of
 * @param subscription the only one that is taken; null for any
 * @param wrapped whether the body is a message with its metadata, or its data alone
 * @param maxBody the size of the largest body that is read, in bytes
 * @param budget the time in which a push has to be answered
 * @param time the time, or null for the system's
 */
record PushSettings(
    PushVerifier verifier,
    String path,
    URI source,
    @Nullable String subscription,
    boolean wrapped,
    int maxBody,
    Duration budget,
    @Nullable TimeSource time) {

  /** Whether a path is the expected one, which may be a secret. */
  boolean isPath(String other) {
    return MessageDigest.isEqual(
        path.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  Arrival arrival() {
    return new Arrival(time == null ? Instant.now() : time.now(), ticker().getAsLong());
  }

  LongSupplier ticker() {
    return time == null ? System::nanoTime : time.ticker();
  }

  /**
   * When a request came in.
   *
   * @param time by the clock
   * @param nanoTime by the ticker
   */
  record Arrival(Instant time, long nanoTime) {}
}
