package dev.infraevents.grpc;

import dev.infraevents.ConfigurationException;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * By which a server's operators recognise a reader: a path of words, then a UUID. EngFlow's
 * contract has two grammars that do not agree; what this makes and takes is valid by both.
 */
final class ClientId {

  private static final int MAX_LENGTH = 128;
  private static final String WORD = "[a-z][a-z0-9]*";
  private static final Pattern GRAMMAR =
      Pattern.compile("(" + WORD + "(-" + WORD + ")*/)*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private ClientId() {}

  static String random() {
    return "infra-events-sdk/" + UUID.randomUUID();
  }

  /**
   * Checks an id.
   *
   * @throws ConfigurationException if a server might refuse it
   */
  static String check(String id) {
    if (id.length() > MAX_LENGTH || !GRAMMAR.matcher(id).matches()) {
      throw new ConfigurationException(
          "a client id is a UUID in lower case, with words before it if you like, as in"
              + " my-team/6f1c2f0e-7d7b-4f0e-9f0a-3d1b2c4d5e6f; words are lower-case letters and"
              + " digits, begin with a letter and are joined by - or /; "
              + MAX_LENGTH
              + " characters in all",
          null);
    }
    return id;
  }
}
