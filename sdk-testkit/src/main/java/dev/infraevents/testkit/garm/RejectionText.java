package dev.infraevents.testkit.garm;

/**
 * Whether the text frame that explains a rejected filter arrives before the Close frame. GARM tries
 * to send it and closes at once, so that it loses the race in more than 99 of 100 cases.
 */
public enum RejectionText {

  /** It always loses the race. */
  NEVER,

  /** It always arrives: {@code invalid filter} or {@code failed to unmarshal filter}. */
  ALWAYS
}
