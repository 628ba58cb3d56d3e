package dev.infraevents.websocket.garm;

/** The websockets of GARM that a source can listen to. */
enum GarmSocket {
  /** Changes of entities, to those who have sent a filter. */
  EVENTS("events", "v0.1.5", false),
  /** The server's log. */
  LOGS("logs", "v0.1.5", true),
  /** Numbers of runners. */
  METRICS("metrics", "v0.2.0-beta1", false);

  private final String word;
  private final String since;
  private final boolean fragile;

  GarmSocket(String word, String since, boolean fragile) {
    this.word = word;
    this.since = since;
    this.fragile = fragile;
  }

  String path() {
    return "api/v1/ws/" + word;
  }

  /** Which servers have it, in words. */
  String since() {
    return word + " exist since " + since;
  }

  /**
   * Whether it must never be left without a close frame: servers of the 0.1 line can crash when a
   * reader of the log just disappears.
   */
  boolean isFragile() {
    return fragile;
  }
}
