package dev.infraevents.testkit.garm;

/**
 * Whether the text frame that explains a rejected filter arrives before the Close frame. GARM tries
 * to send it and closes at once, so that it loses the race in more than 99 of 100 cases.
 */
public enum RejectionText {

  /** It always loses the race. */
  NEVER,

  /** It always arrives: {@code invalid filter} or {@code failed to unmarshal filter}. */
  ALWAYS,

  /**
   * It arrives for the 10th rejection of a server, the 20th, and so on: more often than with GARM,
   * so that a test sees it soon, and always for the same ones.
   */
  RARELY;

  private static final int RARE = 10;

  /** Whether the n-th rejection of a server, counted from 1, is explained. */
  boolean arrives(int n) {
    return switch (this) {
      case NEVER -> false;
      case ALWAYS -> true;
      case RARELY -> n % RARE == 0;
    };
  }
}
