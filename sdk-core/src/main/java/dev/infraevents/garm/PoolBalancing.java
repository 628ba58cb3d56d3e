package dev.infraevents.garm;

import dev.infraevents.WireName;

/** How jobs are spread over the pools of one owner that could all run them. */
public enum PoolBalancing implements WireName {
  /** Each pool in turn. */
  ROUND_ROBIN("roundrobin"),
  /** The pool with the highest priority first, the next one when it is full. */
  PACK("pack");

  private final String wireName;

  PoolBalancing(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
