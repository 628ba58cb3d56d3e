package dev.infraevents.garm;

import dev.infraevents.WireName;

/** How grave a line of GARM's log is. GARM logs the first of them only if told to. */
public enum LogLevel implements WireName {
  /** For those who look for a fault. */
  DEBUG("DEBUG"),
  /** Normal. */
  INFO("INFO"),
  /** May need attention. */
  WARN("WARN"),
  /** Something failed. */
  ERROR("ERROR");

  private final String wireName;

  LogLevel(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
