package dev.infraevents.garm;

import dev.infraevents.WireName;

/** What happened to an entity. */
public enum Operation implements WireName {
  /** It is new. */
  CREATE("create"),
  /** It was changed; for a runner instance also a sign of life without any change. */
  UPDATE("update"),
  /** It is gone. */
  DELETE("delete");

  private final String wireName;

  Operation(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
