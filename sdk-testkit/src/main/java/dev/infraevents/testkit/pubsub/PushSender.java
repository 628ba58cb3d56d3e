package dev.infraevents.testkit.pubsub;

import dev.infraevents.spi.TimeSource;
import dev.infraevents.testkit.internal.DaemonThreads;
import dev.infraevents.testkit.internal.tcp.Wire;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Pushes messages as Pub/Sub does, signed with keys of its own, and makes forged requests.
 *
 * <pre>{@code
 * try (var pubsub = PushSender.start()) {
 *   // an endpoint that verifies with pubsub.keys().jwksUrl(), pubsub.audience(), pubsub.email()
 *   var event = PushMessage.event("DEVICE_OTA_STARTED", "{\"Uuid\": \"...\", ...}");
 *   var response = pubsub.send(endpoint, pubsub.request(event));
 *   var forged = pubsub.send(endpoint, pubsub.request(event).token(pubsub.token().badlySigned().mint()));
 *   try (var queue = pubsub.subscription(endpoint).concurrency(8).start()) {
 *     queue.publish(event);
 *     queue.awaitAcknowledged(1, Duration.ofSeconds(5));
 *   }
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class PushSender implements AutoCloseable {

  // Google makes tokens anew before they end; how long before is not documented.
  private static final Duration TOKEN_REUSE = Duration.ofMinutes(50);

  private record IssuedToken(String text, PushKey key, Instant issuedAt) {}

  private final PushSenderBuilder settings;
  private final DaemonThreads threads = new DaemonThreads("push-sender");
  private final @Nullable ScheduledThreadPoolExecutor ownTimers;
  private final TimeSource time;
  private final PushKeys keys;
  private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
  private @Nullable IssuedToken shared; // guarded by this

  PushSender(PushSenderBuilder settings) {
    this.settings = settings;
    if (settings.time == null) {
      ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, threads);
      timers.setRemoveOnCancelPolicy(true);
      this.ownTimers = timers;
      this.time = TimeSource.system(timers);
    } else {
      this.ownTimers = null;
      this.time = settings.time;
    }
    this.keys = new PushKeys(settings.keysOverTls, time.clock());
  }

  /**
   * Starts a sender as {@link #builder} makes it without further calls.
   *
   * @return a sender, to be closed
   */
  public static PushSender start() {
    return builder().start();
  }

  /**
   * Begins to describe a sender.
   *
   * @return a builder
   */
  public static PushSenderBuilder builder() {
    return new PushSenderBuilder();
  }

  /**
   * The keys that tokens are signed with, and their server.
   *
   * @return the keys
   */
  public PushKeys keys() {
    return keys;
  }

  /**
   * The claim {@code aud} of genuine tokens.
   *
   * @return a URL
   */
  public String audience() {
    return settings.audience;
  }

  /**
   * The claim {@code email} of genuine tokens.
   *
   * @return the address of a service account
   */
  public String email() {
    return settings.account.email();
  }

  /**
   * The claims {@code sub} and {@code azp} of genuine tokens.
   *
   * @return the numeric id of the service account
   */
  public String subject() {
    return settings.account.subject();
  }

  /**
   * The subscription that bodies name.
   *
   * @return its full name
   */
  public String subscriptionName() {
    return settings.subscription;
  }

  /**
   * Begins a token that is genuine without further calls: signed with the current key, now.
   *
   * @return a builder
   */
  public PushTokenBuilder token() {
    return new PushTokenBuilder(keys.current(), settings.audience, settings.account, time.now());
  }

  /**
   * A genuine push of a message: wrapped, without a delivery attempt, with a token that many pushes
   * share, as Pub/Sub's do.
   *
   * @param message the message
   * @return a request, to be sent or changed
   */
  public PushRequest request(PushMessage message) {
    return PushBody.wrapped(message, settings.subscription, 0, sharedToken());
  }

  /**
   * A genuine push of a message that a dead-letter policy counts the attempts of.
   *
   * @param message the message
   * @param attempt the delivery attempt, from 1
   * @return a request, to be sent or changed
   */
  public PushRequest request(PushMessage message, int attempt) {
    return PushBody.wrapped(message, settings.subscription, attempt, sharedToken());
  }

  /**
   * A genuine push of a message whose body is the data alone.
   *
   * @param message the message
   * @param metadata whether id, time and attributes are in the headers, or nowhere
   * @return a request, to be sent or changed
   */
  public PushRequest unwrapped(PushMessage message, boolean metadata) {
    return PushBody.unwrapped(message, settings.subscription, metadata, sharedToken());
  }

  /**
   * Sends one request on a connection of its own, and waits for the answer until the deadline.
   *
   * @param endpoint where to
   * @param request what
   * @return what became of it
   * @throws IllegalArgumentException if the endpoint is not plain http
   */
  public PushResponse send(URI endpoint, PushRequest request) {
    PushConnection connection = connection(endpoint);
    open.add(connection);
    try (connection) {
      return connection.send(request);
    } finally {
      open.remove(connection);
    }
  }

  /**
   * Begins a subscription that pushes in the background, again and again until acknowledged.
   *
   * @param endpoint where to
   * @return a builder
   */
  public PushSubscriptionBuilder subscription(URI endpoint) {
    return new PushSubscriptionBuilder(this, endpoint);
  }

  PushConnection connection(URI endpoint) {
    return new PushConnection(endpoint, time, settings.ackDeadline);
  }

  TimeSource time() {
    return time;
  }

  DaemonThreads threads() {
    return threads;
  }

  void opened(PushSubscription subscription) {
    open.add(subscription);
  }

  void closed(PushSubscription subscription) {
    open.remove(subscription);
  }

  /** The token that pushes carry now; another one when the key has changed, or it gets old. */
  synchronized String sharedToken() {
    PushKey key = keys.current();
    IssuedToken known = shared;
    if (known == null
        || known.key() != key
        || !time.now().isBefore(known.issuedAt().plus(TOKEN_REUSE))) {
      known = new IssuedToken(token().key(key).mint(), key, time.now());
      shared = known;
    }
    return known.text();
  }

  /** Ends all that was started, and returns when no thread and no socket is left. */
  @Override
  public void close() {
    for (AutoCloseable each : List.copyOf(open)) {
      Wire.closeQuietly(each);
    }
    keys.close();
    if (ownTimers != null) {
      ownTimers.shutdownNow();
    }
    threads.join();
  }
}
