package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.AuthenticationException;
import dev.infraevents.ConfigurationException;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Has the build events of finished invocations handled before the notifications that told of them
 * are acknowledged. Belongs to one call, as those acknowledgements do. How far an invocation has
 * been handled outlives the call, so that a notification that is delivered again goes on from
 * there. Thread-safe.
 */
final class InvocationReads {

  /** Until there is room again for an event. */
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** One event of an invocation at a time is handled; a few more are at hand. */
  private static final DeliveryOptions IN_ORDER =
      DeliveryOptions.builder().buffer(16, 1 << 20).build();

  private final ConnectionContext<EngFlowPayload> context;
  private final InvocationProgress progress;
  private final Map<String, Read> running = new HashMap<>(); // guarded by this
  private boolean ended; // guarded by this

  InvocationReads(ConnectionContext<EngFlowPayload> context, InvocationProgress progress) {
    this.context = context;
    this.progress = progress;
  }

  /**
   * Reads an invocation, unless that has been done.
   *
   * @param notification told that it is finished
   */
  void handle(FinishedInvocation notification) {
    String id = notification.invocationId();
    Read read;
    synchronized (this) {
      if (ended) {
        return;
      }
      if (!progress.isComplete(id)) {
        read = running.get(id);
        if (read != null) {
          read.waiting.add(notification); // its time ran out, and it was delivered again
          return;
        }
        read = new Read(notification);
        running.put(id, read);
      } else {
        read = null;
      }
    }
    if (read == null) {
      notification.acknowledge();
    } else {
      read.start();
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
    left.forEach(read -> read.cancel(AckOutcome.STREAM_GONE));
  }

  private synchronized boolean remove(Read read) {
    return running.remove(read.id, read);
  }

  /** One invocation. */
  private final class Read {
    private final String id;
    private final FinishedInvocation first;
    private final List<FinishedInvocation> waiting = new ArrayList<>(1); // guarded by the reads
    private volatile @Nullable Subscription subscription;

    Read(FinishedInvocation first) {
      this.id = first.invocationId();
      this.first = first;
      waiting.add(first);
    }

    void start() {
      try {
        Subscription started =
            progress.read(id, first.instance()).subscribe(this::received, IN_ORDER);
        subscription = started;
        started.completion().whenComplete((done, error) -> completed(error));
      } catch (IllegalArgumentException e) {
        completed(e); // it is no id
      }
    }

    private void received(Event<BuildProgress> event, Delivery delivery) {
      delivery.defer();
      offer(event, delivery);
    }

    private void offer(Event<BuildProgress> event, Delivery delivery) {
      var message = new ReadEvent(event, () -> handled(event, delivery), this::handlerFailed);
      if (!context.backfill(message)) {
        context.schedule(() -> offer(event, delivery), PAUSE);
      }
    }

    private void handled(Event<BuildProgress> event, Delivery delivery) {
      progress.handled(id, event.payload().stream().continuationToken());
      delivery.ack();
    }

    private void completed(@Nullable Throwable error) {
      if (!remove(this)) {
        return; // it was cancelled
      }
      if (error == null) {
        progress.complete(id);
        waiting.forEach(FinishedInvocation::acknowledge);
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
        context.failed((SourceException) error);
        return;
      }
      String why = error == null ? "unknown" : String.valueOf(error.getMessage());
      var cause =
          new DecodingException(
              "the events of invocation " + id + " can not be had: " + why, error);
      waiting.forEach(notification -> notification.fail(context, cause));
    }

    void handlerFailed() {
      if (remove(this)) {
        cancel(AckOutcome.REFUSED); // nothing is acknowledged: the notification comes again
      }
    }

    void cancel(AckOutcome why) {
      waiting.forEach(notification -> notification.leave(why));
      Subscription open = subscription;
      if (open != null) {
        Background.run("infra-events-" + id + "-close", () -> open.close(Duration.ZERO));
      }
    }
  }
}
