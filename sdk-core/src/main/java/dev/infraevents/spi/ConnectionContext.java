package dev.infraevents.spi;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Envelope;
import dev.infraevents.SourceException;
import dev.infraevents.SourceSignal;
import dev.infraevents.Token;
import java.time.Duration;
import java.time.Instant;

/**
 * The core's side of one connection attempt. What a transport reports here after the attempt is
 * over, or has been superseded, is ignored. Thread-safe; nothing but {@link #token} and a full
 * buffer makes the caller wait.
 *
 * @param <P> the payload class
 */
public interface ConnectionContext<P> {

  /**
   * The number of this attempt.
   *
   * @return 1 or more, different for every attempt of a subscription
   */
  long epoch();

  /**
   * The token to connect with. Blocks while one is fetched, and heeds an interrupt.
   *
   * @return a token that is valid now
   * @throws SourceException if none can be had
   */
  Token token() throws SourceException;

  /**
   * How the subscription wants its events to be delivered. For a server that has to be told how
   * much it may send.
   *
   * @return what the subscription was started with
   */
  DeliveryOptions options();

  /**
   * The local time, which may be a test's.
   *
   * @return now
   */
  Instant now();

  /**
   * The connection is established and events can flow.
   *
   * @param resumed whether it goes on exactly where the last one ended; if not, a gap is signalled
   */
  void streaming(boolean resumed);

  /** Some bytes came in. The peer is alive. */
  void activity();

  /**
   * A message came in.
   *
   * @param message the message
   * @return whether there is room for another. A demand-driven transport that gets false stops
   *     until {@link #onRoom} calls back
   */
  boolean message(InboundMessage<P> message);

  /**
   * Counts the messages that the core has taken, readable or not, whatever it did with them. What
   * came after the attempt was over is not among them: a transport that resumes has to bring it
   * again.
   *
   * @return how many, so far, of those that this connection has brought
   */
  long taken();

  /**
   * Whether the subscription's own filter lets an event through. For what is expensive to find out.
   *
   * @param envelope the event
   * @return true if it would be delivered
   */
  boolean wants(Envelope envelope);

  /**
   * A message that did not come over this connection: state that was listed, or history that was
   * read, because the stream may have missed it. No sign of life, and not compared with what an
   * overlapping connection brings. It can wait, so nothing is dropped for it and half of the buffer
   * is left to the stream. A demand-driven transport bounds it by itself: there it is always taken.
   *
   * @param message the message
   * @return false if there is no room for it now: nothing has been done, try again later
   */
  boolean backfill(InboundMessage<P> message);

  /**
   * A message came in whose envelope can not be read.
   *
   * @param raw the message
   * @param cause what is wrong with it
   * @param settlement how it is settled
   * @return as {@link #message}
   */
  boolean undecodable(Bytes raw, DecodingException cause, Settlement settlement);

  /**
   * Sets who is told that there is room again.
   *
   * @param resume called once for each false of {@link #message}, maybe before the caller has seen
   *     it, and now and then without need; on any thread; must not block
   */
  void onRoom(Runnable resume);

  /**
   * Tells the handler of something besides events.
   *
   * @param signal what happened
   */
  void signal(SourceSignal signal);

  /**
   * Runs a task later, unless the attempt is over by then. A connection that only {@linkplain
   * Connection#stopReceiving settles what it has brought} is not over.
   *
   * @param task short, not blocking
   * @param delay how much later
   */
  void schedule(Runnable task, Duration delay);

  /**
   * The connection ended or could not be established.
   *
   * @param cause why; decides whether and when to try again
   */
  void failed(SourceException cause);

  /** The source has no more events, ever. */
  void completed();
}
