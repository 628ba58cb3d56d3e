package dev.infraevents.grpc;

import dev.infraevents.SourceException;
import dev.infraevents.Token;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.spi.Connection;
import dev.infraevents.spi.ConnectionContext;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One call of a read: asks for one message at a time, and hands it on. gRPC calls the listener's
 * methods one at a time, on a thread that reads, with locks of its own held.
 */
final class ReadCall extends ClientCall.Listener<Received<StreamedBuildEvent>>
    implements Connection {

  /**
   * A server that has nothing to say accepts a call in silence. One that refuses it has said so by
   * then, even if it asked others about the credentials.
   */
  private static final Duration REFUSAL = Duration.ofSeconds(5);

  /** What this side has asked for. */
  private enum Demand {
    /** A message is on its way, or may be. */
    ASKED,
    /** One has come and is being handed on. */
    HANDING_ON,
    /** The same; there is room for the next whatever the core says of this one. */
    ROOM_ALREADY,
    /** The core has no room: nothing is asked for. */
    PAUSED
  }

  private final ReadChannel channel;
  private final ReadProgress progress;
  private final ConnectionContext<BuildProgress> context;
  private final @Nullable Token token;
  private final ReadRequest request;
  private final @Nullable Duration idleTimeout;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final AtomicReference<Demand> demand = new AtomicReference<>(Demand.ASKED);
  private final AtomicBoolean streaming = new AtomicBoolean();

  private volatile @Nullable ClientCall<?, Received<StreamedBuildEvent>> call; // set by begin
  private volatile boolean complete; // the last message has come
  private volatile boolean stopped; // no more is wanted
  private volatile boolean sent; // before that, there is nobody to wait for
  private volatile long quietSince; // monotonic
  private volatile Duration quietBefore;

  ReadCall(
      ReadChannel channel,
      ReadProgress progress,
      ConnectionContext<BuildProgress> context,
      @Nullable Token token,
      ReadRequest request,
      @Nullable Duration idleTimeout) {
    this.channel = channel;
    this.progress = progress;
    this.context = context;
    this.token = token;
    this.request = request;
    this.idleTimeout = idleTimeout;
    this.quietBefore = progress.idle();
  }

  /** The call has been started. */
  void begin(ClientCall<?, Received<StreamedBuildEvent>> started) {
    call = started;
    channel.watch(context);
    if (end.isDone()) {
      channel.forget(context);
    }
    context.onRoom(this::goOn);
    started.request(1);
  }

  /** The request is on its way over a connection. */
  void sent(Duration connectTimeout) {
    quietSince = channel.nanoTime();
    sent = true;
    if (idleTimeout != null) {
      context.schedule(this::checkIdle, idleTimeout.minus(quietBefore));
    }
    Duration half = connectTimeout.dividedBy(2);
    context.schedule(this::accepted, half.compareTo(REFUSAL) < 0 ? half : REFUSAL);
  }

  // From gRPC.

  @Override
  public void onHeaders(Metadata headers) {
    accepted();
  }

  @Override
  public void onMessage(Received<StreamedBuildEvent> message) {
    accepted();
    channel.worked();
    demand.set(Demand.HANDING_ON);
    quietSince = channel.nanoTime();
    quietBefore = Duration.ZERO;
    boolean room = progress.pass(this, context, message);
    if (isLast(message)) {
      complete = true;
      context.completed();
    } else if (room || !demand.compareAndSet(Demand.HANDING_ON, Demand.PAUSED)) {
      demand.set(Demand.ASKED);
      ask();
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    channel.forget(context);
    progress.waited(this, quiet());
    end.complete(null);
    if (complete || stopped) {
      return;
    }
    SourceException cause = status.isOk() ? progress.ended() : failure(status, trailers);
    if (cause == null) {
      context.completed();
    } else {
      context.failed(cause);
    }
  }

  private SourceException failure(Status status, Metadata trailers) {
    boolean mayAppear =
        status.getCode() == Status.Code.NOT_FOUND && progress.mayAppear(context.now());
    return progress.failed(
        channel.failure(request.operation(), status, trailers, token, mayAppear));
  }

  private static boolean isLast(Received<StreamedBuildEvent> received) {
    StreamedBuildEvent message = received.message();
    return message == null ? EventPosition.of(received.raw()).last() : message.getIsLast();
  }

  private void accepted() {
    if (streaming.compareAndSet(false, true)) {
      // A read that had brought nothing yet begins anew, and that is as exact.
      context.streaming(context.epoch() > 1);
    }
  }

  // From the core.

  private void goOn() {
    if (demand.compareAndSet(Demand.PAUSED, Demand.ASKED)) {
      quietSince = channel.nanoTime();
      channel.onReader(this::ask);
    } else {
      demand.compareAndSet(Demand.HANDING_ON, Demand.ROOM_ALREADY);
    }
  }

  private void ask() {
    ClientCall<?, Received<StreamedBuildEvent>> open = call;
    if (open != null && !stopped) {
      open.request(1);
    }
  }

  @Override
  public void stopReceiving() {
    stopped = true;
    if (!complete) {
      cancel();
    }
  }

  /** Waits for the end of a call that is complete: the server has nothing to add but that. */
  @Override
  public CompletionStage<Void> finish() {
    return complete ? end.minimalCompletionStage() : CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {
    if (!stopped && !end.isDone()) {
      channel.givenUp();
    }
    stopped = true;
    cancel();
  }

  private void cancel() {
    ClientCall<?, Received<StreamedBuildEvent>> open = call;
    if (open != null) {
      open.cancel("closed by the client", null);
    }
    channel.forget(context);
  }

  // Silence.

  private void checkIdle() {
    Duration limit = idleTimeout;
    if (limit == null || complete || stopped) {
      return;
    }
    if (demand.get() != Demand.ASKED) {
      context.schedule(this::checkIdle, limit); // it is us who do not ask
      return;
    }
    Duration left = limit.minus(quiet());
    if (left.isZero() || left.isNegative()) {
      stopped = true;
      context.failed(progress.idledOut(limit));
    } else {
      context.schedule(this::checkIdle, left);
    }
  }

  private Duration quiet() {
    if (!sent) {
      return quietBefore;
    }
    return demand.get() == Demand.ASKED
        ? quietBefore.plusNanos(channel.nanoTime() - quietSince)
        : Duration.ZERO;
  }
}
