package dev.infraevents.garm;

import dev.infraevents.WireName;

/** How grave a message in a log of GARM is. */
public enum MessageLevel implements WireName {
  /** Normal. */
  INFO("info"),
  /** May need attention. */
  WARNING("warning"),
  /** Something failed. */
  ERROR("error");

  private final String wireName;

  MessageLevel(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
