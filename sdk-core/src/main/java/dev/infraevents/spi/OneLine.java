package dev.infraevents.spi;

/** A peer's words, fit for a message: one line, nothing that a terminal or a log would obey. */
public final class OneLine {

  private OneLine() {}

  /**
   * Joins lines.
   *
   * @param text anybody's words
   * @return the same with a space for each run of white space and control characters
   */
  public static String of(String text) {
    return text.replaceAll("[\\p{Cntrl}\\s]+", " ");
  }
}
