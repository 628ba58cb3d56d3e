package dev.infraevents.spi;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

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

  /**
   * Joins lines, and leaves out what a peer must not be quoted with: it may send back what it was
   * sent.
   *
   * @param text a peer's words
   * @param secrets what it was sent
   * @return one line with asterisks for each secret
   */
  public static String without(Collection<String> secrets, String text) {
    String shown = text;
    // The longest first: one secret can be a part of another.
    List<String> ordered =
        secrets.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
    for (String secret : ordered) {
      shown = secret.isEmpty() ? shown : shown.replace(secret, "***");
    }
    return of(shown);
  }
}
