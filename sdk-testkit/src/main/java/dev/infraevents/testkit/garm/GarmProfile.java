package dev.infraevents.testkit.garm;

import java.util.Set;

/** What differs between versions of GARM. */
enum GarmProfile {
  /** The development line after 0.2.1. */
  HEAD(
      Set.of(
          "repository",
          "organization",
          "enterprise",
          "pool",
          "user",
          "instance",
          "job",
          "controller",
          "github_credentials",
          "github_endpoint",
          "gitea_credentials",
          "scaleset",
          "template",
          "file_object",
          "forge_instance",
          "proxy"),
      1 << 20,
      1024,
      PongPolicy.LENIENT,
      true);

  private final Set<String> entityTypes;
  private final int readLimit;
  private final int bufferCapacity;
  private final PongPolicy pongPolicy;
  private final boolean takesCookie;

  GarmProfile(
      Set<String> entityTypes,
      int readLimit,
      int bufferCapacity,
      PongPolicy pongPolicy,
      boolean takesCookie) {
    this.entityTypes = entityTypes;
    this.readLimit = readLimit;
    this.bufferCapacity = bufferCapacity;
    this.pongPolicy = pongPolicy;
    this.takesCookie = takesCookie;
  }

  /** The entity types that a filter may name. */
  boolean knows(String entityType) {
    return entityTypes.contains(entityType);
  }

  /** The largest message a client may send, in bytes. */
  int readLimit() {
    return readLimit;
  }

  /** How many events wait for a slow client before events are dropped. */
  int bufferCapacity() {
    return bufferCapacity;
  }

  PongPolicy pongPolicy() {
    return pongPolicy;
  }

  /** Whether the cookie {@code garm_token} replaces a missing Authorization header. */
  boolean takesCookie() {
    return takesCookie;
  }
}
