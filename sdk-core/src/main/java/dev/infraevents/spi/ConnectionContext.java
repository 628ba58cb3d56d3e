package dev.infraevents.spi;

import dev.infraevents.Bytes;
import dev.infraevents.DecodingException;
import dev.infraevents.SourceException;
import dev.infraevents.Token;
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
   * The connection ended or could not be established.
   *
   * @param cause why; decides whether and when to try again
   */
  void failed(SourceException cause);

  /** The source has no more events, ever. */
  void completed();
}
