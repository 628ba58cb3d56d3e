package dev.infraevents.pubsub.queues;

import dev.infraevents.ConfigurationException;

/**
 * Checks the names of factories and queues. Which ones the server takes is not documented, so only
 * what can not work is refused: each is a segment of a path.
 */
final class Names {

  /** No subscription's id is longer, and a label is part of one. */
  private static final int MAX_LABEL = 255;

  private Names() {}

  static String checkedFactory(String factory) {
    return checked("a factory's name", factory);
  }

  static String checkedLabel(String label) {
    if (label.length() > MAX_LABEL) {
      throw new ConfigurationException(
          "a label has at most %d characters, not %d".formatted(MAX_LABEL, label.length()), null);
    }
    return checked("a label", label);
  }

  private static String checked(String what, String name) {
    boolean unfit = name.chars().anyMatch(c -> c == '/' || Character.isISOControl(c));
    if (unfit || name.isBlank() || name.equals(".") || name.equals("..")) {
      throw new ConfigurationException(
          what + " must not be blank, be one dot or two, or hold a slash or a control character",
          null);
    }
    return name;
  }
}
