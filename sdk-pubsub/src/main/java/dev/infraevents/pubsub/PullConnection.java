package dev.infraevents.pubsub;

import com.google.api.core.ApiFuture;
import com.google.api.core.ApiService;
import com.google.cloud.pubsub.v1.AckReplyConsumerWithResponse;
import com.google.cloud.pubsub.v1.AckResponse;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.StreamingPullResponse.SubscriptionProperties;
import dev.infraevents.AckOutcome;
import dev.infraevents.DecodingException;
import dev.infraevents.TransportException;
import dev.infraevents.foundries.PubSubMessage;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One attempt: a channel, one stream on it, and the client of Google's that keeps the leases of
 * what the stream has brought.
 *
 * <p>When the stream has ended, the client lives on until the last of its messages is settled: the
 * next attempt runs beside it, and nothing is delivered twice because of a broken stream.
 *
 * @param <P> the payload class
 */
final class PullConnection<P> implements Connection, PullStream.Observer {

  private static final System.Logger LOG = System.getLogger("dev.infraevents");

  /** A server that answers pings takes much less. */
  private static final Duration PING_PATIENCE = Duration.ofSeconds(1);

  /** How long what is never settled may hold up others of its ordering key after its lease. */
  private static final Duration EXPIRY_CHECK = Duration.ofSeconds(10);

  /** For what a client has not told the server when it says that it has ended. */
  private static final Duration LAST_CALLS = Duration.ofSeconds(1);

  private final PullTransport<P> transport;
  private final ConnectionContext<P> context;
  private final UnaryCalls calls = new UnaryCalls();
  private final PullStream stream = new PullStream(this, calls);
  private final ScheduledExecutorService callbacks;
  private final ManagedChannel channel;
  private final Subscriber client;
  private final Set<PullSettlement> unsettled = ConcurrentHashMap.newKeySet();
  private final Confirmations confirmations;
  private final Queue<Future<?>> timers = new ConcurrentLinkedQueue<>();
  private final OrderedKeys<PullSettlement> order =
      new OrderedKeys<>(settlement -> settlement.message().id());
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final AtomicBoolean answered = new AtomicBoolean();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private volatile boolean receiving = true;
  private volatile boolean broken; // the stream has ended by itself
  private volatile boolean lingering;
  private volatile @Nullable SubscriptionProperties properties; // none yet

  PullConnection(PullTransport<P> transport, ConnectionContext<P> context) {
    this.transport = transport;
    this.context = context;
    this.confirmations = new Confirmations(transport);
    this.callbacks = PullClient.callbackThread();
    this.channel = transport.channels().open(stream);
    this.client = PullClient.of(transport, channel, callbacks, context.options(), this::receive);
  }

  void start() {
    client.addListener(
        new ApiService.Listener() {
          @Override
          public void failed(ApiService.State from, Throwable failure) {
            clientFailed(failure);
            clientEnded();
          }

          @Override
          public void terminated(ApiService.State from) {
            calls.awaitLast(LAST_CALLS); // on a thread that the client has started for its end
            clientEnded();
          }
        },
        Runnable::run);
    client.startAsync();
    expireLater();
  }

  // Nobody settles what the core has given up as too late.
  private void expireLater() {
    later(
        () -> {
          unsettled.stream().filter(one -> isPast(one.deadline())).forEach(PullSettlement::expire);
          if (!ended.isDone()) {
            expireLater();
          }
        },
        EXPIRY_CHECK);
  }

  // What comes in. On the one thread for callbacks, so in the order of arrival.

  // Google's client swallows an Error: the message would be held for the rest of its lease.
  private void receive(PubsubMessage message, AckReplyConsumerWithResponse reply) {
    try {
      received(message, reply);
    } catch (Throwable e) { // out of memory, for example
      var unused = reply.nack();
      logFailed(e);
    }
  }

  private void logFailed(Throwable e) {
    LOG.log(System.Logger.Level.WARNING, "a message of " + transport.source() + " failed", e);
  }

  private void received(PubsubMessage message, AckReplyConsumerWithResponse reply) {
    Instant now = context.now();
    PubSubMessage neutral = PubSubMessages.of(message, transport.settings().subscription());
    String key = isOrdered() ? neutral.orderingKey() : null;
    var settlement =
        new PullSettlement(this, reply, neutral, key, now, transport.settings().maxLease());
    unsettled.add(settlement);
    switch (key == null ? OrderedKeys.Turn.NOW : order.enter(key, settlement)) {
      case NOW -> deliver(settlement);
      case LATER -> {}
      case NEVER -> settlement.nack();
    }
  }

  // An Error must not leave it unsettled: those of its ordering key would wait for it.
  private void deliver(PullSettlement settlement) {
    try {
      offer(settlement);
    } catch (Throwable e) {
      settlement.nack();
      logFailed(e);
    }
  }

  private void offer(PullSettlement settlement) {
    PubSubMessage message = settlement.message();
    long before = context.taken();
    if (receiving) {
      try {
        context.message(
            transport
                .decoder()
                .read(message, transport.source(), settlement.receivedAt(), settlement));
      } catch (DecodingException e) {
        context.undecodable(message.raw(), e, settlement);
      }
    }
    if (context.taken() == before) {
      settlement.nack(); // nobody wants it any more
    }
  }

  // The stream. On gRPC's threads.

  @Override
  public void alive() {
    context.activity();
  }

  @Override
  public void answered(StreamingPullResponse response) {
    boolean first = answered.compareAndSet(false, true);
    if (response.hasSubscriptionProperties()) {
      SubscriptionProperties before = properties;
      SubscriptionProperties now = response.getSubscriptionProperties();
      properties = now;
      if (before != null
          && before.getExactlyOnceDeliveryEnabled() != now.getExactlyOnceDeliveryEnabled()) {
        startAnew();
      }
    }
    if (first) {
      context.streaming(transport.accepted());
    }
  }

  // Google's client forgets the messages whose receipts it waits for when exactly-once delivery is
  // switched off: it brings later ones, and extends the leases of these without bringing them.
  private void startAnew() {
    receiving = false;
    broken = true;
    stream.stop();
    context.failed(
        new TransportException(
            "exactly-once delivery was switched: this needs a new stream", null));
  }

  // Emulators before 0.8.32 do not answer, and the client breaks every stream after 20 s.
  @Override
  public void pinged(Runnable answer) {
    if (transport.settings().server().endpoint().emulator()) {
      later(() -> callbacks.execute(answer), PING_PATIENCE);
    }
  }

  @Override
  public void ended(Status status) {
    broken = true;
    context.failed(transport.errors().of(status));
  }

  private void clientFailed(Throwable failure) {
    if (!stopped.get()) {
      broken = true;
      context.failed(transport.errors().of(failure));
    }
  }

  // Settling. On any thread.

  /** Its client is about to be given something to tell the server. */
  void toSend() {
    calls.toSend();
  }

  void settled(PullSettlement settlement, boolean acknowledged) {
    unsettled.remove(settlement);
    String key = settlement.orderingKey();
    if (key != null && acknowledged) {
      PullSettlement next = order.acknowledged(key, settlement);
      if (next != null) {
        deliverLater(next);
      }
    } else if (key != null) {
      order.givenUp(key, settlement).forEach(PullSettlement::nack);
    }
    if (lingering && unsettled.isEmpty()) {
      stop();
    }
  }

  /** It was behind another of its ordering key, which is done. */
  private void deliverLater(PullSettlement settlement) {
    try {
      callbacks.execute(() -> deliver(settlement));
    } catch (RejectedExecutionException e) { // the client has ended
      settlement.nack();
    }
  }

  /** What it has brought and is not settled. */
  int heldEvents() {
    return unsettled.size();
  }

  long heldBytes() {
    return unsettled.stream().mapToLong(one -> one.message().raw().size()).sum();
  }

  boolean isExactlyOnce() {
    SubscriptionProperties known = properties;
    return known != null && known.getExactlyOnceDeliveryEnabled();
  }

  private boolean isOrdered() {
    SubscriptionProperties known = properties;
    return known != null && known.getMessageOrderingEnabled();
  }

  boolean isPast(Instant deadline) {
    return isPast(deadline, Duration.ZERO);
  }

  /** Whether a deadline will have passed after a while. */
  boolean isPast(Instant deadline, Duration later) {
    return Duration.between(context.now(), deadline).compareTo(later) <= 0;
  }

  /** Runs a task later, unless the client has been ended by then. */
  void later(Runnable task, Duration delay) {
    timers.removeIf(Future::isDone);
    timers.add(transport.schedule(task, delay));
    if (stopped.get()) {
      timers.forEach(timer -> timer.cancel(false));
    }
  }

  CompletionStage<AckOutcome> confirmed(ApiFuture<AckResponse> response) {
    return confirmations.of(response);
  }

  // The end.

  @Override
  public void stopReceiving() {
    receiving = false;
    stream.stop();
  }

  @Override
  public CompletionStage<Void> finish() {
    return stop();
  }

  @Override
  public void close() {
    receiving = false;
    lingering = broken;
    if (!broken || unsettled.isEmpty() || transport.isClosed()) {
      stop();
    }
  }

  /**
   * Ends the client, without regard for what is not settled: that is delivered again.
   *
   * @return completes when the last acknowledgement has been sent and everything is released
   */
  CompletionStage<Void> stop() {
    if (stopped.compareAndSet(false, true)) {
      stopReceiving();
      timers.forEach(timer -> timer.cancel(false));
      unsettled.forEach(PullSettlement::nack);
      client.stopAsync();
    }
    return ended;
  }

  /** The subscription is closed: where the server is gone, nobody waits for it to come back. */
  void abandon() {
    stop();
    if (broken) {
      confirmations.end();
      stream.abandon();
      channel.shutdownNow();
    }
  }

  private void clientEnded() {
    channel.shutdownNow();
    callbacks.shutdown();
    ended.complete(null);
    confirmations.end();
    transport.ended(this);
  }
}
