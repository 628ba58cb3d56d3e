package dev.infraevents.grpc;

import dev.infraevents.DecodingException;
import dev.infraevents.IncompleteStreamException;
import dev.infraevents.RpcException;
import dev.infraevents.SourceException;
import dev.infraevents.TransportException;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.grpc.proto.eventstore.StreamedBuildEvent;
import dev.infraevents.spi.ConnectionContext;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far one read has come, over all its calls, and what the end of a call means. Thread-safe. The
 * lock is held while a message is handed to the core, so that no call starts between that and the
 * note of it; no call is touched under it.
 */
final class ReadProgress {

  /** After so many calls in a row without an event, the server has nothing more to give. */
  private static final int MAX_FRUITLESS = 5;

  /** The server does not want to, or has no time to; that says nothing of the events. */
  private static final Set<String> TROUBLE = Set.of("UNAVAILABLE", "RESOURCE_EXHAUSTED");

  /** It is the request that is wrong, and it will not get better. */
  private static final Set<String> REFUSALS =
      Set.of("INVALID_ARGUMENT", "PERMISSION_DENIED", "UNIMPLEMENTED");

  private final URI source;
  private final ReadRequest request;
  private final ReadOptions options;

  // All below guarded by this.
  private @Nullable ReadCall current;
  private @Nullable String token;
  private boolean brought; // an event
  private boolean fruitful; // the current call has brought one
  private int fruitless; // calls in a row that did not
  private Duration idle = Duration.ZERO; // of former calls, since the last event
  private @Nullable Instant missingSince;

  ReadProgress(URI source, ReadRequest request, ReadOptions options) {
    this.source = source;
    this.request = request;
    this.options = options;
    this.token = options.continuationToken();
  }

  /**
   * From now on only this call counts.
   *
   * @return the token of the last event that was handed on, or null
   */
  synchronized @Nullable String begin(ReadCall call) {
    current = call;
    fruitful = false;
    return token;
  }

  /** What former calls waited in vain, since the last event. */
  synchronized Duration idle() {
    return idle;
  }

  /** Adds what a call waited in vain before it ended. */
  synchronized void waited(ReadCall call, Duration inVain) {
    if (call == current) {
      idle = inVain;
    }
  }

  /**
   * Hands a message on.
   *
   * @return whether there is room for another
   */
  synchronized boolean pass(
      ReadCall call, ConnectionContext<BuildProgress> context, Received<StreamedBuildEvent> next) {
    if (call != current) {
      return false;
    }
    StreamedBuildEvent message = next.message();
    EventPosition position =
        message == null ? EventPosition.of(next.raw()) : EventPosition.of(message);
    boolean room = true;
    boolean done = true;
    if (message == null || message.hasEvent()) {
      long before = context.taken();
      room = offer(context, next);
      done = context.taken() > before;
      if (done) {
        fruitful = true;
        brought = true;
        fruitless = 0;
      }
    }
    if (done && !position.token().isEmpty()) {
      token = position.token();
    }
    return room;
  }

  private boolean offer(
      ConnectionContext<BuildProgress> context, Received<StreamedBuildEvent> next) {
    StreamedBuildEvent message = next.message();
    if (message == null) {
      var cause =
          new DecodingException(
              "can not read an event of " + request + " of " + next.raw().size() + " bytes", null);
      return context.undecodable(next.raw(), cause, Settlement.none());
    }
    return context.message(
        new BuildProgressMessage(next.raw(), message, source, context.now(), Settlement.none()));
  }

  /**
   * A call has ended without an error, and without a last message.
   *
   * @return why it is to be made again or given up, or null if that is all that was asked for
   */
  synchronized @Nullable SourceException ended() {
    return request.mode() == ReplayMode.STOP_AFTER_LAST_KNOWN ? null : cutShort(null);
  }

  /**
   * A call has failed.
   *
   * @return why it is to be made again or given up
   */
  synchronized SourceException failed(SourceException error) {
    if (!(error instanceof RpcException refusal)
        || TROUBLE.contains(refusal.code())
        || REFUSALS.contains(refusal.code())) {
      return error;
    }
    boolean unknown = refusal.code().equals("NOT_FOUND");
    if (brought || (!unknown && token != null)) {
      return cutShort(refusal);
    }
    return unknown || !refusal.isRetryable() ? error : beforeAnyEvent(refusal);
  }

  /** The server does not know what to read: whether it may know it later. */
  synchronized boolean mayAppear(Instant now) {
    if (missingSince == null) {
      missingSince = now;
    }
    return Duration.between(missingSince, now).compareTo(options.notFoundRetry()) < 0;
  }

  // There is nothing to read on from: the server's own error says more than that it is incomplete.
  private RpcException beforeAnyEvent(RpcException error) {
    return isGivenUp()
        ? new RpcException(
            "%s; %d calls have not brought a single event, so it is given up: ask for it later"
                .formatted(error.getMessage(), MAX_FRUITLESS),
            error.code(),
            false,
            null,
            error)
        : error;
  }

  /** Counts a call that has ended without need. */
  private boolean isGivenUp() {
    if (!fruitful) {
      fruitless++;
    }
    return fruitless >= MAX_FRUITLESS;
  }

  private SourceException cutShort(@Nullable RpcException error) {
    String how =
        source
            + (error == null ? " ended " : " broke off ")
            + request
            + " before its last event"
            + (error == null ? "" : " (" + error.code() + ")");
    if (isGivenUp()) {
      return new IncompleteStreamException(
          how
              + ", and has brought nothing new in "
              + MAX_FRUITLESS
              + " calls: its build tool has probably vanished. What was delivered is valid;"
              + " if more may come, read on later from the continuation token",
          token,
          error);
    }
    return error == null
        ? new TransportException(how, null)
        : new RpcException(how + ": " + error.getMessage(), error.code(), true, null, error);
  }

  /** Nothing has come for too long. */
  synchronized SourceException idledOut(Duration limit) {
    return new IncompleteStreamException(
        "%s has brought nothing of %s for %s, and has not ended it: its build tool has probably"
                .formatted(source, request, limit)
            + " vanished. What was delivered is valid; if more may come, read on later from the"
            + " continuation token, or allow a longer idleTimeout",
        token,
        null);
  }
}
