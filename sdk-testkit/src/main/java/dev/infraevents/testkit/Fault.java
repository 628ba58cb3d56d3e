package dev.infraevents.testkit;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What can go wrong with a server or on the way to it: the one fault language of all fakes. Hand a
 * fault to {@link FakeServer#inject}; {@link FakeServer#heal} ends those that last.
 *
 * <p>A fault of <em>the next event</em> waits for the next event that at least one connection gets
 * and applies to that event on all of them. Several of these are used up one per event, in the
 * order they were injected.
 */
public sealed interface Fault {

  /**
   * The next connections are closed right after they were accepted, before any answer.
   *
   * @param times how many connections
   * @return the fault
   */
  static Fault refuse(int times) {
    return new Refuse(times);
  }

  /**
   * The next upgrade, or the next request for a stream, is answered with an HTTP status instead, as
   * a proxy or a server in trouble would do. A gRPC server answers with the status that gRPC makes
   * of it.
   *
   * @param status the status code
   * @param contentType the content type of the answer
   * @param body the body, sent as it is
   * @return the fault, for one request; see {@link RefuseUpgrade#times} and {@link
   *     RefuseUpgrade#withHeader}
   */
  static RefuseUpgrade refuseUpgrade(int status, String contentType, String body) {
    return new RefuseUpgrade(1, status, Map.of("Content-Type", contentType), body);
  }

  /**
   * The next gRPC call is answered with a status instead, before any message.
   *
   * @param code the number of a gRPC status other than OK, such as 14 for UNAVAILABLE
   * @param description what the status says
   * @return the fault, for one call; see {@link RefuseCall#times}
   */
  static RefuseCall refuseCall(int code, String description) {
    return new RefuseCall(1, code, description);
  }

  /**
   * Every open connection is cut with a TCP reset.
   *
   * @return the fault
   */
  static Fault reset() {
    return new Reset();
  }

  /**
   * Every connection that is open now stays open, but nothing is read from it or written to it any
   * more, not even an answer to a ping, until {@link FakeServer#heal}. New connections work.
   *
   * @return the fault
   */
  static Fault halfOpen() {
    return new HalfOpen();
  }

  /**
   * Pings are still answered, but no event is delivered until {@link FakeServer#heal}, on open and
   * on new connections. What happens meanwhile waits in the buffer of the connection.
   *
   * @return the fault
   */
  static Fault stall() {
    return new Stall();
  }

  /**
   * Every open event stream gets a message that announces more bytes than follow, then the TCP
   * connection is closed.
   *
   * @return the fault
   */
  static Fault truncate() {
    return new Truncate();
  }

  /**
   * The next event carries bytes that are not UTF-8.
   *
   * @return the fault
   */
  static Fault badUtf8() {
    return new BadUtf8();
  }

  /**
   * The next event is padded with an unknown key or field. An event that is larger already stays as
   * it is.
   *
   * @param bytes the size of the padded message
   * @return the fault
   */
  static Fault oversize(int bytes) {
    return new Oversize(bytes);
  }

  /**
   * Every open websocket gets a Close frame, then the TCP connection is closed.
   *
   * @param code the close code, sent as it is, even where RFC 6455 forbids it
   * @param reason the reason, at most 123 bytes in UTF-8
   * @return the fault
   */
  static Fault wrongClose(int code, String reason) {
    return new WrongClose(code, reason);
  }

  /**
   * Every open stream of a gRPC server ends with a status. The connections stay open.
   *
   * @param code the number of a gRPC status: 0 for OK, 14 for UNAVAILABLE
   * @param description what the status says; OK says nothing
   * @return the fault
   */
  static Fault endStreams(int code, String description) {
    return new EndStreams(code, description);
  }

  /**
   * The server shuts down as the real one does and is back at once, on the same port.
   *
   * @return the fault
   */
  static Fault restart() {
    return new Restart(false);
  }

  /**
   * The server shuts down as the real one does; connections are refused until {@link
   * FakeServer#heal}, when it is back on the same port.
   *
   * @return the fault
   */
  static Fault outage() {
    return new Restart(true);
  }

  /**
   * Every token issued so far expires now: connections that use one are closed as the real server
   * does at expiry, later requests with one are refused.
   *
   * @return the fault
   */
  static Fault expireToken() {
    return new ExpireToken();
  }

  /**
   * The next event arrives in several websocket frames.
   *
   * @param pieces how many, at least one; fewer if the event has fewer bytes
   * @return the fault
   */
  static Fault fragment(int pieces) {
    return new Fragment(pieces);
  }

  /**
   * Every open event stream gets a message that is no event: text, but not JSON. A gRPC server
   * sends an event whose payload is such text.
   *
   * @return the fault
   */
  static Fault garbageText() {
    return new GarbageText();
  }

  /**
   * Every open event stream gets a message that begins like an event and is not valid JSON. A gRPC
   * server sends an event whose payload breaks off.
   *
   * @return the fault
   */
  static Fault invalidJson() {
    return new InvalidJson();
  }

  /**
   * The next event is not sent to anybody who would get it, and nothing else happens: what it tells
   * of has changed all the same.
   *
   * @return the fault
   */
  static Fault silentDrop() {
    return silentDrop(1);
  }

  /**
   * The next events are not sent to anybody, as with {@link #silentDrop()}.
   *
   * @param times how many events
   * @return the fault
   */
  static Fault silentDrop(int times) {
    return new SilentDrop(times);
  }

  /**
   * The next event is sent twice, one right after the other.
   *
   * @return the fault
   */
  static Fault duplicate() {
    return new Duplicate();
  }

  /**
   * Events are shuffled until {@link FakeServer#heal}, on open and on new connections, on each in
   * another order. See {@link #reorder(int, long)}.
   *
   * @param window how many events are shuffled at a time
   * @return the fault
   */
  static Fault reorder(int window) {
    return reorder(window, 0);
  }

  /**
   * Events are shuffled until {@link FakeServer#heal}, on open and on new connections, on each in
   * another order. Each connection holds back its events until there are as many as the window
   * takes, then sends all of them. Those that are held back are sent as well, shuffled too, when
   * the oldest has waited for 100 ms of real time, with {@link FakeServer#heal}, and before the
   * server closes the connection: none is held back for ever, and none overtakes or is overtaken by
   * as many as the window takes.
   *
   * @param window how many events are shuffled at a time, at least two
   * @param seed the same seed, connection and events give the same order
   * @return the fault
   */
  static Fault reorder(int window, long seed) {
    return new Reorder(window, seed);
  }

  /**
   * Everything the server writes trickles, on open and on new connections, until {@link
   * FakeServer#heal}. The server itself does not lose patience meanwhile.
   *
   * @param bytes how many bytes pass at a time
   * @param pause how long it takes until the next ones pass, in real time
   * @return the fault
   */
  static Fault slowDrip(int bytes, Duration pause) {
    return new SlowDrip(bytes, pause);
  }

  /**
   * See {@link Fault#refuse}.
   *
   * @param times how many connections are refused
   */
  record Refuse(int times) implements Fault {
    /**
     * Checks the number.
     *
     * @param times how many connections are refused, at least one
     */
    public Refuse {
      requireAtLeastOne(times, "times");
    }
  }

  /**
   * See {@link Fault#refuseUpgrade}.
   *
   * @param times how many requests are refused
   * @param status the status code
   * @param headers header fields of the answer
   * @param body the body, sent as it is
   */
  record RefuseUpgrade(int times, int status, Map<String, String> headers, String body)
      implements Fault {

    /**
     * Checks the number and copies the map.
     *
     * @param times how many requests are refused, at least one
     * @param status the status code
     * @param headers header fields of the answer
     * @param body the body, sent as it is
     */
    public RefuseUpgrade {
      requireAtLeastOne(times, "times");
      headers = Map.copyOf(headers);
    }

    /**
     * Refuses more than one request.
     *
     * @param count how many
     * @return the changed fault
     */
    public RefuseUpgrade times(int count) {
      return new RefuseUpgrade(count, status, headers, body);
    }

    /**
     * Adds a header field to the answer, such as {@code Retry-After}.
     *
     * @param name the name
     * @param value the value
     * @return the changed fault
     */
    public RefuseUpgrade withHeader(String name, String value) {
      Map<String, String> more = new TreeMap<>(headers);
      more.put(name, value);
      return new RefuseUpgrade(times, status, more, body);
    }
  }

  /**
   * See {@link Fault#refuseCall}.
   *
   * @param times how many calls are refused
   * @param code the number of a gRPC status
   * @param description what the status says
   */
  record RefuseCall(int times, int code, String description) implements Fault {

    /**
     * Checks the numbers.
     *
     * @param times how many calls are refused, at least one
     * @param code the number of a gRPC status, from 1 to 16
     * @param description what the status says
     */
    public RefuseCall {
      requireAtLeastOne(times, "times");
      requireStatus(1, code);
    }

    /**
     * Refuses more than one call.
     *
     * @param count how many
     * @return the changed fault
     */
    public RefuseCall times(int count) {
      return new RefuseCall(count, code, description);
    }
  }

  /** See {@link Fault#reset}. */
  record Reset() implements Fault {}

  /** See {@link Fault#halfOpen}. */
  record HalfOpen() implements Fault {}

  /** See {@link Fault#stall}. */
  record Stall() implements Fault {}

  /** See {@link Fault#truncate}. */
  record Truncate() implements Fault {}

  /** See {@link Fault#badUtf8}. */
  record BadUtf8() implements Fault {}

  /**
   * See {@link Fault#oversize}.
   *
   * @param bytes the size of the padded message
   */
  record Oversize(int bytes) implements Fault {}

  /**
   * See {@link Fault#wrongClose}.
   *
   * @param code the close code
   * @param reason the reason
   */
  record WrongClose(int code, String reason) implements Fault {}

  /**
   * See {@link Fault#endStreams}.
   *
   * @param code the number of a gRPC status
   * @param description what the status says
   */
  record EndStreams(int code, String description) implements Fault {

    /**
     * Checks the number.
     *
     * @param code the number of a gRPC status, from 0 to 16
     * @param description what the status says
     */
    public EndStreams {
      requireStatus(0, code);
    }
  }

  /**
   * See {@link Fault#restart} and {@link Fault#outage}.
   *
   * @param staysDown whether the server is back only with {@link FakeServer#heal}
   */
  record Restart(boolean staysDown) implements Fault {}

  /** See {@link Fault#expireToken}. */
  record ExpireToken() implements Fault {}

  /**
   * See {@link Fault#fragment}.
   *
   * @param pieces how many frames
   */
  record Fragment(int pieces) implements Fault {
    /**
     * Checks the number.
     *
     * @param pieces how many frames, at least one
     */
    public Fragment {
      requireAtLeastOne(pieces, "pieces");
    }
  }

  /** See {@link Fault#garbageText}. */
  record GarbageText() implements Fault {}

  /** See {@link Fault#invalidJson}. */
  record InvalidJson() implements Fault {}

  /**
   * See {@link Fault#silentDrop(int)}.
   *
   * @param times how many events are lost
   */
  record SilentDrop(int times) implements Fault {
    /**
     * Checks the number.
     *
     * @param times how many events are lost, at least one
     */
    public SilentDrop {
      requireAtLeastOne(times, "times");
    }
  }

  /** See {@link Fault#duplicate}. */
  record Duplicate() implements Fault {}

  /**
   * See {@link Fault#reorder(int, long)}.
   *
   * @param window how many events are shuffled at a time
   * @param seed decides about the orders
   */
  record Reorder(int window, long seed) implements Fault {
    /**
     * Checks the number.
     *
     * @param window how many events are shuffled at a time, at least two
     * @param seed decides about the orders
     */
    public Reorder {
      requireAtLeast(2, window, "window");
    }
  }

  /**
   * See {@link Fault#slowDrip}.
   *
   * @param bytes how many bytes pass at a time
   * @param pause how long it takes until the next ones pass
   */
  record SlowDrip(int bytes, Duration pause) implements Fault {
    /**
     * Checks the number.
     *
     * @param bytes how many bytes pass at a time, at least one
     * @param pause how long it takes until the next ones pass
     */
    public SlowDrip {
      requireAtLeastOne(bytes, "bytes");
    }
  }

  private static void requireStatus(int least, int code) {
    if (code < least || code > 16) {
      throw new IllegalArgumentException("not a gRPC status from " + least + " to 16: " + code);
    }
  }

  private static void requireAtLeastOne(int number, String what) {
    requireAtLeast(1, number, what);
  }

  private static void requireAtLeast(int least, int number, String what) {
    if (number < least) {
      throw new IllegalArgumentException(what + " has to be at least " + least + ": " + number);
    }
  }
}
