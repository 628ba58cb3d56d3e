package dev.infraevents.testkit.garm;

/**
 * When GARM gives up a client that does not answer its pings. Only pongs count as a sign of life.
 */
public enum PongPolicy {

  /** 0.1.5 to 0.2.0-alpha: no pong for 60 s since the upgrade or since the last pong. */
  STRICT,

  /**
   * 0.2.0-beta1 and later: no pong for 60 s since the last one. Who never sends a pong is never
   * given up.
   */
  LENIENT
}
