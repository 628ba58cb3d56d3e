package dev.infraevents.testkit.garm;

import dev.infraevents.testkit.ReceivedRequest;
import dev.infraevents.testkit.internal.Changes;
import dev.infraevents.testkit.internal.websocket.Frames;
import dev.infraevents.testkit.internal.websocket.ServerWebSocket;
import dev.infraevents.testkit.internal.websocket.WebSocketListener;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One websocket connection as {@link FakeGarm} sees it: what arrived, and a hand on its end. */
public final class GarmConnection {

  private final ServerWebSocket socket;
  private final Changes changes;
  private final String token;

  // Written by the connection's reading thread.
  private final List<String> filters = new CopyOnWriteArrayList<>();
  private volatile @Nullable FilterRule rule;

  GarmConnection(ServerWebSocket socket, Changes changes, String token) {
    this.socket = socket;
    this.changes = changes;
    this.token = token;
  }

  /**
   * The number of the connection.
   *
   * @return 1 for the first one that was upgraded, and so on
   */
  public int id() {
    return socket.id();
  }

  /**
   * The request that was upgraded.
   *
   * @return the request with all its headers, as received
   */
  public ReceivedRequest request() {
    return socket.request();
  }

  /**
   * All messages the client sent, in order; GARM takes each for a filter.
   *
   * @return the messages so far, accepted or not
   */
  public List<String> filters() {
    return List.copyOf(filters);
  }

  /**
   * Whether a filter was accepted; before that GARM sends no event.
   *
   * @return true from the first accepted filter on
   */
  public boolean hasFilter() {
    return rule != null;
  }

  /**
   * Counts the client's pings.
   *
   * @return the number so far
   */
  public int pingsReceived() {
    return socket.pings();
  }

  /**
   * Counts the client's pongs, asked for or not.
   *
   * @return the number so far
   */
  public int pongsReceived() {
    return socket.pongs();
  }

  /**
   * The code of the Close frame that the client sent. After a close by the server the client's echo
   * is not seen: GARM closes TCP without waiting for it.
   *
   * @return the code, 1005 for a frame without one, empty when there was no frame
   */
  public OptionalInt closeCode() {
    return socket.closeCode();
  }

  /**
   * Whether the server still holds the connection.
   *
   * @return false once it is closed
   */
  public boolean isOpen() {
    return socket.isOpen();
  }

  /**
   * Counts the events that this connection missed because its buffer was full.
   *
   * @return the number so far
   */
  public long eventsDropped() {
    return socket.dropped();
  }

  /**
   * Sends any text as one text frame, after the events that wait, with or without a filter.
   *
   * @param text the text
   */
  public void send(String text) {
    socket.send(Frames.text(utf8(text)));
  }

  /**
   * Sends the events that wait, then a Close frame, then closes TCP without waiting for an echo.
   *
   * @param code the code, sent as it is
   * @param reason the reason, at most 123 bytes in UTF-8
   */
  public void close(int code, String reason) {
    socket.close(code, reason);
  }

  /** Closes TCP without a Close frame, as when the server is killed. */
  public void abort() {
    socket.abort();
  }

  /**
   * Waits until the client's filter has been accepted.
   *
   * @param timeout how long
   * @throws AssertionError if that does not happen in time
   */
  public void awaitFilter(Duration timeout) {
    await(GarmConnection::hasFilter, timeout);
  }

  /**
   * Waits until the connection is closed.
   *
   * @param timeout how long
   * @throws AssertionError if that does not happen in time
   */
  public void awaitClosed(Duration timeout) {
    await(connection -> !connection.isOpen(), timeout);
  }

  /**
   * Waits for anything that can be seen on the connection.
   *
   * @param condition looked at whenever something has changed
   * @param timeout how long
   * @throws AssertionError if it does not hold in time
   */
  public void await(Predicate<? super GarmConnection> condition, Duration timeout) {
    changes.await(() -> condition.test(this), timeout, this::toString);
  }

  @Override
  public String toString() {
    return "connection "
        + id()
        + (isOpen() ? " (open, " : " (closed, ")
        + (hasFilter() ? "filtered, " : "no filter, ")
        + filters.size()
        + " messages, "
        + pingsReceived()
        + " pings, "
        + pongsReceived()
        + " pongs received)";
  }

  boolean wants(String entityType, String operation) {
    FilterRule current = rule;
    return isOpen() && current != null && current.matches(entityType, operation);
  }

  boolean offer(List<byte[]> events) {
    boolean taken = true;
    for (byte[] event : events) {
      taken &= socket.offer(event);
    }
    return taken;
  }

  boolean offer(String text) {
    return isOpen() && socket.offer(Frames.text(utf8(text)));
  }

  boolean uses(Predicate<String> tokens) {
    return tokens.test(token);
  }

  /** Reads filters, asking whether to explain each rejected one; stops the watch in the end. */
  WebSocketListener listener(GarmVersion version, BooleanSupplier explains, TokenWatch watch) {
    return new WebSocketListener() {
      @Override
      public void onMessage(byte[] message) {
        String text = new String(message, StandardCharsets.UTF_8);
        filters.add(text);
        apply(FilterVerdict.of(text, version), explains);
      }

      @Override
      public void onClosed() {
        watch.stop();
      }
    };
  }

  private void apply(FilterVerdict verdict, BooleanSupplier explains) {
    if (verdict instanceof FilterVerdict.Accepted accepted) {
      rule = accepted.rule();
    } else if (verdict instanceof FilterVerdict.Rejected rejected) {
      if (explains.getAsBoolean()) {
        socket.closeNow(ServerWebSocket.NORMAL_CLOSURE, "", utf8(rejected.text()));
      } else {
        socket.closeNow(ServerWebSocket.NORMAL_CLOSURE, "");
      }
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
