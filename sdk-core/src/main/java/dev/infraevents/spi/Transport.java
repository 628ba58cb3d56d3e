package dev.infraevents.spi;

import dev.infraevents.SourceException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections for one subscription. One attempt at a time is in progress; while a connection
 * is being renewed, two are open.
 *
 * @param <P> the payload class
 */
public interface Transport<P> {

  /**
   * Opens one connection. Called on a thread that may block until the connect timeout, when it is
   * interrupted and another attempt follows; what happens on the connection is reported to the
   * context from the transport's own threads. After an exception the context must not be used any
   * more.
   *
   * @param context hears what happens on the connection
   * @return the connection, which need not be established yet
   * @throws SourceException if it can not be opened
   */
  Connection open(ConnectionContext<P> context) throws SourceException;

  /**
   * Says whether the server ends a connection when the token it was opened with expires, as GARM
   * does. If so, a successor is opened before that.
   *
   * @return false by default
   */
  default boolean boundToToken() {
    return false;
  }

  /**
   * Says whether the transport stops bringing messages when {@link ConnectionContext#message}
   * returns false. If so, the overflow policy is never needed.
   *
   * @return false by default
   */
  default boolean demandDriven() {
    return false;
  }

  /**
   * How often a connection is pinged, if not as often as the options say: a server may have asked
   * for fewer pings. What it is decides how long a connection may be silent.
   *
   * @return null by default: as the options say; zero, from the start, where there is no peer to be
   *     heard of, as when events are pushed: such a connection may be silent for ever
   */
  default @Nullable Duration pingInterval() {
    return null;
  }

  /**
   * Releases what the connections shared. Called once, when all of them are closed, except one that
   * {@link #open} may still be opening: that thread is interrupted, and a connection it returns is
   * closed at once. Does not block.
   */
  default void close() {}
}
