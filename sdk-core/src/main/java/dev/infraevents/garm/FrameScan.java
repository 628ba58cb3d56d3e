package dev.infraevents.garm;

import org.jspecify.annotations.Nullable;

/**
 * Recognises the beginning of a frame as GARM writes it: Go's encoder puts the envelope first, in
 * this order and without whitespace. Whatever looks different is left to a JSON parser, which would
 * read the same out of what is recognised here, at three times the cost.
 */
final class FrameScan {

  private static final String ENTITY_TYPE = "{\"" + GarmDecoder.ENTITY_TYPE_KEY + "\":\"";
  private static final String OPERATION = "\",\"" + GarmDecoder.OPERATION_KEY + "\":\"";
  private static final String PAYLOAD = "\",\"" + GarmDecoder.PAYLOAD_KEY + "\":";

  private FrameScan() {}

  /** The envelope of a frame whose payload is an object; null if it has to be parsed. */
  static @Nullable FrameHead head(String text) {
    if (!text.startsWith(ENTITY_TYPE)) {
      return null;
    }
    int entityType = ENTITY_TYPE.length();
    int entityTypeEnd = endOfWord(text, entityType);
    if (!text.startsWith(OPERATION, entityTypeEnd)) {
      return null;
    }
    int operation = entityTypeEnd + OPERATION.length();
    int operationEnd = endOfWord(text, operation);
    int payload = operationEnd + PAYLOAD.length();
    boolean whole =
        entityType < entityTypeEnd
            && operation < operationEnd
            && text.startsWith(PAYLOAD, operationEnd)
            && at(text, payload) == '{';
    return whole
        ? new FrameHead(
            text.substring(entityType, entityTypeEnd),
            text.substring(operation, operationEnd),
            payload,
            payload)
        : null;
  }

  /**
   * A text or number of an object, if only texts and numbers are before it; null if it has to be
   * parsed.
   */
  static @Nullable String scalar(String text, int object, String key) {
    int at = object;
    do {
      int name = at + 2; // after { or , and a quote
      int nameEnd = at(text, at + 1) == '"' ? endOfText(text, name) : -1;
      if (nameEnd < 0 || at(text, nameEnd + 1) != ':') {
        return null;
      }
      int value = nameEnd + 2;
      boolean quoted = at(text, value) == '"';
      int end = quoted ? endOfText(text, value + 1) : endOfNumber(text, value);
      if (end < 0) {
        return null;
      }
      at = quoted ? end + 1 : end;
      if (nameEnd - name == key.length() && text.startsWith(key, name)) {
        return endsValue(text, at) ? text.substring(quoted ? value + 1 : value, end) : null;
      }
    } while (at(text, at) == ',');
    return null;
  }

  private static boolean endsValue(String text, int at) {
    return at(text, at) == ',' || at(text, at) == '}';
  }

  /** The end of what needs no closer look: letters, and what joins them in the words of GARM. */
  private static int endOfWord(String text, int from) {
    int at = from;
    while (isLetter(at(text, at)) || at(text, at) == '_' || at(text, at) == '-') {
      at++;
    }
    return at;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /**
   * The closing quote of a text; -1 if there is an escape, or what must not be in a text, before.
   */
  private static int endOfText(String text, int from) {
    for (int at = from; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        return at;
      }
      if (c == '\\' || c < ' ') {
        return -1;
      }
    }
    return -1;
  }

  /** The end of an integer; -1 if it is none, or has a leading zero. */
  private static int endOfNumber(String text, int from) {
    int at = from;
    while (at(text, at) >= '0' && at(text, at) <= '9') {
      at++;
    }
    boolean integer = at > from && (at == from + 1 || text.charAt(from) != '0');
    return integer ? at : -1;
  }

  private static char at(String text, int index) {
    return index < text.length() ? text.charAt(index) : 0;
  }
}
