package dev.infraevents;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription's connection is doing.
 *
 * @param state where it stands
 * @param since when it got there
 * @param lastError the newest error, or null if there was none; kept after a recovery
 * @param attempt how many attempts in a row have failed; 0 while all is well
 * @param nextRetry when the next attempt starts, or null if none is waiting
 * @param epoch the number of the newest connection attempt; 0 before the first
 */
public record SourceStatus(
    SourceState state,
    Instant since,
    @Nullable SourceException lastError,
    int attempt,
    @Nullable Instant nextRetry,
    long epoch) {}
