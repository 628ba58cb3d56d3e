package dev.infraevents.garm;

import dev.infraevents.WireName;

/** What a message in a log of GARM is about. */
public enum MessageType implements WireName {
  /** The state of a runner or of a pool manager. */
  STATUS("status"),
  /** A runner fetched its registration token. */
  FETCH_TOKEN("fetchToken");

  private final String wireName;

  MessageType(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
