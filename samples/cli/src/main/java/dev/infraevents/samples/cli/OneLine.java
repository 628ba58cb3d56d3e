package dev.infraevents.samples.cli;

import java.util.regex.Pattern;

/** Keeps foreign text on one line, and away from the terminal's controls. */
public final class OneLine {

  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");
  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Cc}\\p{Zl}\\p{Zp}]+");

  private OneLine() {}

  /**
   * Makes a line that can be printed.
   *
   * @param text anybody's words
   * @return the same with a space for each control character
   */
  public static String printable(String text) {
    return CONTROL.matcher(text).replaceAll(" ");
  }

  /** The whole text, each run of white space and control characters as one space. */
  static String collapsed(String text) {
    return SPACE.matcher(text).replaceAll(" ").strip();
  }

  /** The whole message of a failure, or its class if there is none. */
  static String reason(Throwable failure) {
    String message = failure.getMessage();
    return collapsed(message == null || message.isBlank() ? failure.toString() : message);
  }
}
