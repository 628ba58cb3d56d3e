package dev.infraevents.pubsub.queues;

import dev.infraevents.AuthenticationException;
import dev.infraevents.Backoff;
import dev.infraevents.ConfigurationException;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.RequestException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.TokenProvider;
import dev.infraevents.TransportException;
import dev.infraevents.pubsub.internal.HttpAnswer;
import dev.infraevents.pubsub.internal.HttpCalls;
import dev.infraevents.pubsub.internal.NotConnectedException;
import dev.infraevents.spi.TimeSource;
import dev.infraevents.spi.TokenCache;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls of the API, with credentials. Those that may be repeated are, a few times. Thread-safe. */
final class QueuesApi {

  private static final Set<Integer> SUCCESS = Set.of(200, 201, 202, 204);
  private static final int ATTEMPTS = 4;

  /** Who asks to be left alone for longer gets no second request: the caller waits. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** A list of queues, or a key: both are small. */
  private static final int MAX_BODY = 4 * 1024 * 1024;

  private static final int DEADLINE_FACTOR = 4;

  private final URI base;
  private final ConnectionOptions options;
  private final FoundriesCredentials credentials;
  private final @Nullable TimeSource time;
  private final HttpCalls calls;
  private final @Nullable TokenCache tokens;

  QueuesApi(
      URI base,
      ConnectionOptions options,
      FoundriesCredentials credentials,
      @Nullable TimeSource time) {
    this.base = base;
    this.options = options;
    this.credentials = credentials;
    this.time = time;
    Duration deadline = options.connectTimeout().multipliedBy(DEADLINE_FACTOR);
    this.calls = new HttpCalls(options, deadline, MAX_BODY);
    InstantSource clock = time == null ? InstantSource.system() : time.clock();
    TokenProvider provider = credentials.tokens(calls, clock);
    this.tokens =
        provider == null
            ? null
            : new TokenCache(provider, options.renewBefore(), clock, renewed -> {});
  }

  URI base() {
    return base;
  }

  /** Reads. Repeated when that may help. */
  HttpAnswer get(URI url, String request, Advice advice) {
    return repeated(
        (token, perhapsDone) -> checked(calls.get(url, headers(token)), token, request, advice));
  }

  /** Deletes. Repeated when that may help; what is gone after an attempt without answer is done. */
  void delete(URI url, String request, Advice advice) {
    repeated(
        (token, perhapsDone) -> {
          HttpAnswer answer = calls.delete(url, headers(token));
          boolean gone = perhapsDone && answer.status() == 404;
          return gone ? answer : checked(answer, token, request, advice);
        });
  }

  /** The token for a {@link #post}, or null if none is needed. Asks for one if there is none. */
  @Nullable Token token() {
    return tokens == null ? null : tokens.get().token();
  }

  /** Sends something, once, even if the token is refused: the next call gets another one. */
  HttpAnswer post(URI url, @Nullable Token token, byte[] body, String request, Advice advice) {
    try {
      return checked(calls.post(url, headers(token), body), token, request, advice);
    } catch (AuthenticationException e) {
      if (tokens != null && token != null) {
        tokens.refuse(token, e);
      }
      throw e;
    }
  }

  /** What to do about a status. */
  @FunctionalInterface
  interface Advice {
    String about(int status);
  }

  @FunctionalInterface
  private interface Call {
    HttpAnswer make(@Nullable Token token, boolean perhapsDone);
  }

  private HttpAnswer repeated(Call call) {
    boolean perhapsDone = false;
    for (int attempt = 1; ; attempt++) {
      boolean done = perhapsDone;
      try {
        return authorized(token -> call.make(token, done));
      } catch (SourceException e) {
        Duration wait = wait(e, attempt);
        if (wait == null) {
          throw e;
        }
        perhapsDone |= !isWithoutEffect(e);
        pause(wait, e);
      }
    }
  }

  /**
   * Whether the server can not have done what was asked. A gateway that has lost patience answers
   * with 5xx while the server goes on.
   */
  static boolean isWithoutEffect(SourceException e) {
    return e instanceof AuthenticationException
        || e instanceof ConfigurationException
        || e.getCause() instanceof NotConnectedException
        || (e instanceof RequestException refusal
            && refusal.status() >= 300
            && refusal.status() < 500);
  }

  private HttpAnswer authorized(Function<@Nullable Token, HttpAnswer> call) {
    return tokens == null ? call.apply(null) : tokens.request(token -> call.apply(token));
  }

  /** How long to wait before the next attempt, or null if there is to be none. */
  private @Nullable Duration wait(SourceException failure, int attempt) {
    if (!failure.isRetryable() || attempt == ATTEMPTS || Thread.currentThread().isInterrupted()) {
      return null;
    }
    Backoff backoff = options.backoff();
    Duration delay = backoff.delay(attempt, ThreadLocalRandom.current()::nextDouble);
    Duration asked = failure.retryAfter();
    Duration wait = asked == null || asked.compareTo(delay) < 0 ? delay : asked;
    return wait.compareTo(LONGEST_WAIT) > 0 ? null : wait;
  }

  private void pause(Duration wait, SourceException failure) {
    try {
      if (time == null) {
        TimeUnit.NANOSECONDS.sleep(wait.toNanos());
      } else {
        pause(wait, time);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted before the next attempt", failure);
    }
  }

  private static void pause(Duration wait, TimeSource time) throws InterruptedException {
    Future<?> over = time.timers().schedule(() -> {}, wait.toNanos(), TimeUnit.NANOSECONDS);
    try {
      over.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing was to be done", e);
    } finally {
      over.cancel(false);
    }
  }

  private Map<String, String> headers(@Nullable Token token) {
    var headers = new LinkedHashMap<>(credentials.headers(token));
    headers.put("Accept", "application/json");
    headers.put("Content-Type", "application/json");
    return headers;
  }

  private HttpAnswer checked(
      HttpAnswer answer, @Nullable Token token, String request, Advice advice) {
    int status = answer.status();
    if (SUCCESS.contains(status) || (status / 100 == 2 && KeyFile.isKey(answer.body()))) {
      return answer; // a key is told only once: it is kept, and not quoted, under any such status
    }
    List<String> secrets = new ArrayList<>(credentials.secrets(token));
    secrets.addAll(options.headers().values());
    ApiAnswer refusal = ApiAnswer.of(answer, secrets);
    if (status == 401) {
      throw new AuthenticationException(
          "%s answered %s with 401 (%s): the token is not accepted; check it, or make another one"
              .formatted(base, request, refusal.words()),
          401,
          null);
    }
    throw refusal.exception(base + " answered " + request, advice.about(status));
  }
}
