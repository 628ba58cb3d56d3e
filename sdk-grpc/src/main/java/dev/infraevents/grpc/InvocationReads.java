package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
import dev.infraevents.DeadLetter;
import dev.infraevents.DecodingException;
import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.Subscription;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.EventMessage;
import dev.infraevents.spi.OneLine;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Has the build events of finished invocations handled before the notifications that told of them
 * are acknowledged. Belongs to one call, as those acknowledgements do. How far an invocation has
 * been handled outlives the call, so that a notification that is delivered again goes on from
 * there. Thread-safe.
 */
final class InvocationReads {

  private static final int MAX_NAME = 64;

  private final ConnectionContext<EngFlowPayload> context;
  private final InvocationProgress progress;
  private final int limit;
  private final Runnable onRoom;
  private final Map<String, Read> running = new HashMap<>(); // guarded by this
  private boolean ended; // guarded by this

  /**
   * Reads nothing yet.
   *
   * @param limit how many may wait or be read before it {@linkplain #isFull is full}
   * @param onRoom called when it is full no longer, maybe without need
   */
  InvocationReads(
      ConnectionContext<EngFlowPayload> context,
      InvocationProgress progress,
      int limit,
      Runnable onRoom) {
    this.context = context;
    this.progress = progress;
    this.limit = limit;
    this.onRoom = onRoom;
  }

  /** Whether no more notifications should be taken for now. */
  synchronized boolean isFull() {
    return running.size() >= limit;
  }

  /**
   * Reads an invocation, unless that has been done.
   *
   * @param notification told that it is finished
   */
  void handle(FinishedInvocation notification) {
    String id = notification.invocationId();
    @Nullable Read fresh = null;
    AckOutcome left = null;
    FinishedInvocation replaced = notification;
    boolean complete = false;
    synchronized (this) {
      Read known = running.get(id);
      if (ended) {
        left = AckOutcome.STREAM_GONE;
      } else if (progress.isComplete(id)) {
        complete = true;
      } else if (known != null) {
        replaced = known.notification; // its time ran out, and it was delivered again
        known.notification = notification;
        left = AckOutcome.DEADLINE_PASSED;
      } else {
        fresh = new Read(notification);
        running.put(id, fresh);
      }
    }
    if (left != null) {
      replaced.leave(left);
    } else if (complete) {
      notification.acknowledge();
    } else if (fresh != null) {
      fresh.start();
    }
  }

  /** Leaves what is not complete: its notifications come again. */
  void end() {
    List<Read> left;
    synchronized (this) {
      ended = true;
      left = List.copyOf(running.values());
      running.clear();
    }
    left.forEach(read -> read.notification().leave(AckOutcome.STREAM_GONE));
    if (!left.isEmpty()) {
      Background.run("infra-events-invocations-close", () -> left.forEach(Read::cancel));
    }
  }

  private boolean remove(Read read) {
    boolean removed;
    synchronized (this) {
      removed = running.remove(read.id, read);
    }
    if (removed) {
      onRoom.run();
    }
    return removed;
  }

  /** One invocation. */
  private final class Read {
    private final String id;
    private final String instance;
    private FinishedInvocation notification; // the newest; guarded by the reads
    private final AtomicInteger undecided = new AtomicInteger(1); // the read itself counts, too
    private volatile boolean cancelled;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable Throwable failure;

    Read(FinishedInvocation notification) {
      this.id = notification.invocationId();
      this.instance = notification.instance();
      this.notification = notification;
    }

    FinishedInvocation notification() {
      synchronized (InvocationReads.this) {
        return notification;
      }
    }

    void start() {
      try {
        Subscription started = progress.read(id, instance).subscribe(this::received, inOrder());
        subscription = started;
        if (cancelled) {
          Background.run("infra-events-invocation-close", this::cancel);
        }
        started.completion().whenComplete((done, error) -> completed(error));
      } catch (IllegalArgumentException e) {
        completed(e); // it is no id
      }
    }

    /** One event at a time is handled; a few more are at hand. */
    private DeliveryOptions inOrder() {
      return DeliveryOptions.builder().buffer(16, 1 << 20).deadLetters(this::unreadable).build();
    }

    private void received(Event<BuildProgress> event, Delivery delivery) {
      delivery.defer();
      context.backfill(
          EventMessage.of(
              widened(event),
              new ReadSettlement(() -> handled(event, delivery), this::couldNotBeHandled)));
    }

    @SuppressWarnings("unchecked") // immutable: an event of one kind of payload is one of any
    private static Event<EngFlowPayload> widened(Event<BuildProgress> event) {
      return (Event<EngFlowPayload>) (Event<?>) event;
    }

    private void handled(Event<BuildProgress> event, Delivery delivery) {
      progress.handled(id, event.payload().stream().continuationToken());
      delivery.ack();
    }

    // The subscription's policy decides whether the invocation goes on without it.
    private void unreadable(DeadLetter letter) {
      var cause =
          new DecodingException("an event of invocation " + name() + " is unreadable", null);
      undecided.incrementAndGet();
      context.undecodable(
          letter.raw(), cause, new ReadSettlement(this::decided, this::couldNotBeHandled));
    }

    private void completed(@Nullable Throwable error) {
      failure = error;
      decided();
    }

    private void decided() {
      if (undecided.decrementAndGet() > 0 || !remove(this)) {
        return; // more is to be decided, or it was cancelled
      }
      Throwable error = failure;
      if (error == null) {
        progress.complete(id);
        notification().acknowledge();
      } else {
        failed(error instanceof CompletionException ? error.getCause() : error);
      }
    }

    // What concerns all invocations alike ends the subscription. What concerns this one is the
    // notification's failure: whether that is acknowledged is the application's policy.
    private void failed(@Nullable Throwable error) {
      if (error instanceof AuthenticationException
          || error instanceof ConfigurationException
          || (error instanceof RpcException refusal
              && refusal.code().equals("PERMISSION_DENIED"))) {
        notification().leave(AckOutcome.STREAM_GONE);
        context.failed((SourceException) error);
        return;
      }
      String why = error == null ? "unknown" : String.valueOf(error.getMessage());
      var cause =
          new DecodingException(
              "the events of invocation " + name() + " can not be had: " + why, error);
      notification().fail(context, cause);
    }

    /** The server's word for it, fit for a message. */
    private String name() {
      String line = OneLine.of(id);
      return line.length() > MAX_NAME ? line.substring(0, MAX_NAME) + "..." : line;
    }

    private void couldNotBeHandled() {
      if (remove(this)) {
        notification().leave(AckOutcome.REFUSED); // not acknowledged, so it comes again
        Background.run("infra-events-invocation-close", this::cancel);
      }
    }

    /** Waits for the end. */
    void cancel() {
      cancelled = true;
      Subscription open = subscription;
      if (open != null) {
        open.close(Duration.ZERO);
      }
    }
  }
}
