package dev.infraevents.internal.connection;

import dev.infraevents.AuthenticationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.spi.TokenCache;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Decides whether and when to try again. Guarded by the supervisor's lock. */
final class RetryPolicy {

  /** A header that asks for more is taken for a mistake. */
  private static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);

  private final ConnectionOptions options;
  private final @Nullable TokenCache tokens;
  private final DoubleSupplier random;

  private int failures;
  private boolean refreshForced;

  RetryPolicy(ConnectionOptions options, @Nullable TokenCache tokens, DoubleSupplier random) {
    this.options = options;
    this.tokens = tokens;
    this.random = random;
  }

  int failures() {
    return failures;
  }

  /** A connection was made: the server may refuse its token once more. */
  void streaming() {
    refreshForced = false;
  }

  void healthy() {
    failures = 0;
  }

  /** How long to wait before the next attempt, or null if there is to be none. */
  @Nullable Duration afterFailure(Attempt<?> attempt, SourceException cause) {
    boolean refresh = !refreshForced && refuseToken(attempt, cause);
    refreshForced |= refresh;
    if (refresh && !attempt.streaming) {
      return Duration.ZERO; // the token is replaced: there is nothing to wait for
    }
    failures++;
    boolean hopeless = !refresh && !cause.isRetryable();
    boolean enough = options.maxFailures() > 0 && failures >= options.maxFailures();
    return hopeless || enough ? null : delay(failures, cause);
  }

  /** How long to wait after some failures in a row. */
  Duration delay(int failuresInRow, SourceException cause) {
    Duration wait = options.backoff().delay(failuresInRow, random);
    Duration asked = cause.retryAfter();
    if (asked == null || asked.compareTo(wait) <= 0) {
      return wait;
    }
    return asked.compareTo(MAX_RETRY_AFTER) < 0 ? asked : MAX_RETRY_AFTER;
  }

  /** Sees to it that a token which the server refused is not used again; false if none was. */
  boolean refuseToken(Attempt<?> attempt, SourceException cause) {
    Token used = attempt.usedToken();
    if (!(cause instanceof AuthenticationException refusal)
        || attempt.loginRefused
        || tokens == null
        || used == null) {
      return false;
    }
    tokens.refuse(used, refusal);
    return true;
  }
}
