package dev.infraevents.garm;

/**
 * Cuts a line of {@code key=value}, separated by single spaces, into pairs. Go quotes a word that
 * is empty or holds anything but printable characters without space, {@code =} and quotes.
 */
final class LogPairs {

  private static final char UNREADABLE = '\uFFFD';

  private final String text;
  private int at;
  private boolean broken;
  private String key = "";
  private String value = "";

  LogPairs(String text) {
    this.text = text;
  }

  /** Reads a pair; false at the end, and where the line is none of pairs. */
  boolean next() {
    if (broken || at == text.length()) {
      return false;
    }
    broken = at > 0 && !skip(' ');
    key = word();
    broken |= key.isEmpty() || !skip('=');
    value = word();
    return !broken;
  }

  String key() {
    return key;
  }

  String value() {
    return value;
  }

  /** Whether the line consisted of pairs and nothing else. */
  boolean isComplete() {
    return !broken && at == text.length();
  }

  private boolean skip(char expected) {
    boolean found = at < text.length() && text.charAt(at) == expected;
    at += found ? 1 : 0;
    return found;
  }

  private String word() {
    return skip('"') ? quoted() : bare();
  }

  private String bare() {
    int start = at;
    while (at < text.length() && " =\"".indexOf(text.charAt(at)) < 0) {
      broken |= Character.isISOControl(text.charAt(at++));
    }
    return text.substring(start, at);
  }

  private String quoted() {
    StringBuilder word = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return word.toString();
      }
      if (c == '\\' && at < text.length()) {
        escaped(text.charAt(at++), word);
      } else {
        word.append(c);
      }
    }
    broken = true; // no quote at its end
    return "";
  }

  private void escaped(char c, StringBuilder word) {
    switch (c) {
      case '"', '\\' -> word.append(c);
      case 'n' -> word.append('\n');
      case 't' -> word.append('\t');
      case 'r' -> word.append('\r');
      case 'a' -> word.append('\u0007');
      case 'b' -> word.append('\b');
      case 'f' -> word.append('\f');
      case 'v' -> word.append('\u000B');
      case 'x' -> {
        int octet = hex(2);
        // Go writes the bytes of broken UTF-8 like this.
        word.append(octet < 0x80 ? (char) octet : UNREADABLE);
      }
      case 'u' -> word.appendCodePoint(hex(4));
      case 'U' -> word.appendCodePoint(hex(8));
      default -> broken = true;
    }
  }

  private int hex(int digits) {
    int code = 0;
    for (int i = 0; i < digits; i++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at++), 16) : -1;
      if (digit < 0 || code > Character.MAX_CODE_POINT >> 4) {
        broken = true;
        return UNREADABLE;
      }
      code = code * 16 + digit;
    }
    return Character.isValidCodePoint(code) ? code : UNREADABLE;
  }
}
