package dev.infraevents;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a subscription besides events. Nothing that might have been lost goes unsaid.
 *
 * <p>New kinds may be added in a later minor version, so a {@code switch} wants a default.
 */
public sealed interface SourceSignal {

  /**
   * The source concerned.
   *
   * @return its address
   */
  URI source();

  /**
   * When it happened.
   *
   * @return the local time
   */
  Instant at();

  /**
   * A connection is up.
   *
   * @param source the source
   * @param at when
   * @param epoch the number of the connection attempt
   * @param resumed whether it goes on exactly where the last one ended
   */
  record Connected(URI source, Instant at, long epoch, boolean resumed) implements SourceSignal {}

  /**
   * A connection ended, or could not be made.
   *
   * @param source the source
   * @param at when
   * @param epoch the number of the connection attempt
   * @param cause why
   * @param retryIn how long until the next attempt, or null if there will be none
   */
  record Disconnected(
      URI source, Instant at, long epoch, SourceException cause, @Nullable Duration retryIn)
      implements SourceSignal {}

  /**
   * Events between two moments may be missing. A consumer that keeps a view should re-read it. Also
   * sent at the end for events that are given up then, where the source does not send them again.
   *
   * @param source the source
   * @param at when this was noticed
   * @param from the last moment at which nothing was missing
   * @param to the moment from which nothing is missing again
   * @param reason what happened
   * @param dropped how many events are known to be lost; 0 if that can not be known
   */
  record GapPossible(URI source, Instant at, Instant from, Instant to, String reason, long dropped)
      implements SourceSignal {}

  /**
   * The handler falls behind: the buffer is half full. Said again only after it has drained to less
   * than a quarter.
   *
   * @param source the source
   * @param at when
   * @param buffered events waiting or being handled
   * @param dropped events dropped so far, in all
   */
  record Lagging(URI source, Instant at, long buffered, long dropped) implements SourceSignal {}

  /**
   * A message could not be decoded. It went to the dead-letter callback.
   *
   * @param source the source
   * @param at when
   * @param cause what was wrong with it
   */
  record Undecodable(URI source, Instant at, DecodingException cause) implements SourceSignal {}

  /**
   * A handler failed for good: its retries are used up, or there were none.
   *
   * @param source the source
   * @param at when
   * @param eventId the event
   * @param cause what the handler threw
   * @param action what is done about it
   */
  record HandlerFailed(
      URI source, Instant at, String eventId, Throwable cause, FailureAction action)
      implements SourceSignal {}

  /**
   * A handler has used half of the time in which its event must be acknowledged, or all of it.
   *
   * @param source the source
   * @param at when
   * @param eventId the event
   * @param deadline when the source stops waiting
   * @param passed whether that moment has passed: the source will deliver the event again
   */
  record DeadlineNear(URI source, Instant at, String eventId, Instant deadline, boolean passed)
      implements SourceSignal {}

  /**
   * A new token was fetched.
   *
   * @param source the source
   * @param at when
   * @param expiresAt when it expires, or null if it does not
   */
  record CredentialsRefreshed(URI source, Instant at, @Nullable Instant expiresAt)
      implements SourceSignal {}

  /**
   * The source's state was listed and what the stream had missed was delivered.
   *
   * @param source the source
   * @param at when
   * @param listed how many entities were listed
   * @param delivered how many of them the stream had missed
   */
  record Reconciled(URI source, Instant at, long listed, long delivered) implements SourceSignal {}

  /**
   * The source's state could not be listed, so what the stream missed is still missing.
   *
   * @param source the source
   * @param at when
   * @param cause why
   * @param retryIn how long until it is tried again
   */
  record ReconcileFailed(URI source, Instant at, SourceException cause, Duration retryIn)
      implements SourceSignal {}

  /**
   * The server does not take the filter, so everything is received and filtered here.
   *
   * @param source the source
   * @param at when
   * @param filter the filter, in the server's words
   * @param reason what happened
   */
  record FilterRefused(URI source, Instant at, String filter, String reason)
      implements SourceSignal {}

  /**
   * The subscription has ended. The last signal.
   *
   * @param source the source
   * @param at when
   * @param cause why, or null if it ended as asked
   */
  record Closed(URI source, Instant at, @Nullable SourceException cause) implements SourceSignal {}
}
