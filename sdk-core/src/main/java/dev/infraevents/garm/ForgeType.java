package dev.infraevents.garm;

import dev.infraevents.WireName;

/** The kind of a code forge. Since 0.2.0-alpha; before, everything was GitHub. */
public enum ForgeType implements WireName {
  /** GitHub, in the cloud or GitHub Enterprise Server. */
  GITHUB("github"),
  /** Gitea. */
  GITEA("gitea");

  private final String wireName;

  ForgeType(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
