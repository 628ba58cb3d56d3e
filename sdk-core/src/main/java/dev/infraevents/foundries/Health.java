package dev.infraevents.foundries;

import dev.infraevents.WireName;

/** What health checks say of a service, or of an app as a whole. */
public enum Health implements WireName {
  /** It works. */
  HEALTHY("healthy"),
  /** It does not work. */
  UNHEALTHY("unhealthy"),
  /** It was started a moment ago. Of services only. */
  STARTING("starting");

  private final String wireName;

  Health(String wireName) {
    this.wireName = wireName;
  }

  @Override
  public String wireName() {
    return wireName;
  }
}
