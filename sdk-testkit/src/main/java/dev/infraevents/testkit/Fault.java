package dev.infraevents.testkit;

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
   * The next upgrade, or the next request for a stream, is answered with a status instead, as a
   * proxy or a server in trouble would do.
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
   * The next event is padded with an unknown key. An event that is larger already stays as it is.
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
   * Every open event stream gets a message that is text but not JSON.
   *
   * @return the fault
   */
  static Fault garbageText() {
    return new GarbageText();
  }

  /**
   * Every open event stream gets a message that begins like an event and is not valid JSON.
   *
   * @return the fault
   */
  static Fault invalidJson() {
    return new InvalidJson();
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

  private static void requireAtLeastOne(int number, String what) {
    if (number < 1) {
      throw new IllegalArgumentException(what + " has to be at least 1: " + number);
    }
  }
}
