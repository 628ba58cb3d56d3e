package dev.infraevents.garm;

import dev.infraevents.WireName;

/** The processor architecture of a runner, in the words of Go. */
public enum OsArch implements WireName {
  /** 64-bit x86. */
  AMD64("amd64"),
  /** 32-bit x86. */
  I386("i386"),
  /** 64-bit ARM. */
  ARM64("arm64"),
  /** 32-bit ARM. */
  ARM("arm");

  private final String wireName;

  OsArch(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
