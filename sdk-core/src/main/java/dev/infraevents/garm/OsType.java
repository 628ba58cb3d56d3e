package dev.infraevents.garm;

import dev.infraevents.WireName;

/** The operating system family of a runner. */
public enum OsType implements WireName {
  /** Linux. */
  LINUX("linux"),
  /** Windows. */
  WINDOWS("windows"),
  /** GARM itself does not know. */
  UNKNOWN("unknown");

  private final String wireName;

  OsType(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
