package dev.infraevents.testkit.garm;

import java.time.Duration;
import java.util.List;

/**
 * The version of GARM that a {@link FakeGarm} behaves as. It fixes the entity types a filter may
 * name, the shape of every payload and list, the routes, the guards, the size of buffers, and when
 * silent clients are given up.
 */
public enum GarmVersion {

  /** 0.1.5, the first release with events; all of the 0.1 line is much like it. */
  V0_1_5("0.1.5", "v0.1.5"),

  /** 0.2.1: adds scale sets, Gitea, templates and the object store. */
  V0_2_1("0.2.1", "v0.2.1"),

  /** The development line after 0.2.1: adds forge instances and proxies. */
  HEAD("HEAD", "v0.0.0-head");

  // In this order things were added; by date 0.1.6 and later came after 0.2.0-alpha.
  private static final List<String> RELEASES =
      List.of("0.1.5", "0.1.6", "0.2.0-alpha", "0.2.0-beta1", "0.2.1", "HEAD");

  private final String release;
  private final String text;

  GarmVersion(String release, String text) {
    this.release = release;
    this.text = text;
  }

  /** What the controller says of itself. */
  String text() {
    return text;
  }

  /** Whether the version has what came with a release. */
  boolean has(String release) {
    return position(this.release) >= position(release);
  }

  /** The entity types that a filter may name. */
  boolean knows(String entityType) {
    return Shapes.entity(entityType).filter(shape -> has(shape.since())).isPresent();
  }

  /** The largest message a client may send, in bytes. */
  int readLimit() {
    return isRebuilt() ? 1 << 20 : 1 << 14;
  }

  /** How many events wait for a slow client before events are dropped. */
  int bufferCapacity() {
    return isRebuilt() ? 1024 : 100;
  }

  /** How long an event waits for room in that buffer. */
  Duration bufferPatience() {
    return isRebuilt() ? Duration.ZERO : Duration.ofSeconds(5);
  }

  PongPolicy pongPolicy() {
    return isRebuilt() ? PongPolicy.LENIENT : PongPolicy.STRICT;
  }

  /** Whether the cookie {@code garm_token} replaces a missing Authorization header. */
  boolean takesCookie() {
    return isRebuilt();
  }

  /** Whether an update that changes nothing goes unsaid, for most entity types. */
  boolean keepsQuiet() {
    return isRebuilt();
  }

  /** One record of the log: a JSON object, or a line of text in 0.1. */
  String logRecord(String time, String level, String message) {
    if (isRebuilt()) {
      return Json.write(Json.object().put("time", time).put("level", level).put("msg", message));
    }
    return "time=" + time + " level=" + level + " msg=" + Json.quote(message) + "\n";
  }

  /** 0.2.0-beta1 came with a new websocket layer. */
  private boolean isRebuilt() {
    return has("0.2.0-beta1");
  }

  private static int position(String release) {
    int position = RELEASES.indexOf(release);
    if (position < 0) {
      throw new IllegalArgumentException("no release " + release);
    }
    return position;
  }
}
