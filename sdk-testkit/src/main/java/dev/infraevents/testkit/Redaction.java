package dev.infraevents.testkit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces secrets in text, and leaves every other character as it was. Thread-safe. */
final class Redaction {

  static final String REDACTED = "***";

  // A recording takes what a source takes, however large.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  // All begin at the start of a word, so that a long base64 text is gone through once.
  private static final Pattern JWT =
      Pattern.compile("(?<![\\w-])eyJ[\\w-]++\\.[\\w-]*+\\.[\\w-]*+(?:\\.[\\w-]++)*+");
  private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^\\s/?#\"'<>]*@");
  // Not an e-mail address after mailto:, nor the digest of an image, name:tag@sha256:...
  private static final Pattern USER_AND_PASSWORD =
      Pattern.compile(
          "(?<![\\w.+%-])(?!mailto:)[\\w.+%-]++:(?!//)[^\\s/@:\"'<>]++@(?!sha\\d{1,3}:)");
  private static final Pattern KEY =
      Pattern.compile("(?<![\\w.-])([\\w.-]++)\\\\?[\"']?\\s{0,8}[:=]\\s{0,8}");

  private final SecretKeys keys;

  Redaction(SecretKeys keys) {
    this.keys = keys;
  }

  /** The text without secrets; empty if it is not exactly one JSON object or array. */
  Optional<String> json(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      JsonToken first = parser.nextToken();
      return first == JsonToken.START_OBJECT || first == JsonToken.START_ARRAY
          ? tree(text, parser)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<String> tree(String text, JsonParser parser) throws IOException {
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    int depth = 1;
    int secretDepth = Integer.MAX_VALUE; // values below it belong to a secret key
    boolean secretKey = false;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return Optional.empty();
      } else if (token == JsonToken.FIELD_NAME) {
        secretKey = keys.contain(parser.currentName());
        continue;
      } else if (token.isStructStart()) {
        secretDepth = secretKey ? Math.min(secretDepth, depth) : secretDepth;
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
        secretDepth = depth <= secretDepth ? Integer.MAX_VALUE : secretDepth;
      } else if (token == JsonToken.VALUE_STRING || token.isNumeric()) {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.finishToken();
        int end = (int) parser.currentLocation().getCharOffset();
        boolean secret = secretKey || depth > secretDepth;
        out.append(text, copied, start).append(value(text.substring(start, end), secret));
        copied = end;
      }
      secretKey = false;
    }
    return parser.nextToken() == null
        ? Optional.of(out.append(text, copied, text.length()).toString())
        : Optional.empty();
  }

  private static String value(String literal, boolean secret) throws IOException {
    boolean string = literal.startsWith("\"");
    if (secret) {
      return literal.equals("\"\"") ? literal : quoted(REDACTED);
    }
    return string ? quoted(inside(literal.substring(1, literal.length() - 1))) : literal;
  }

  private static String inside(String escaped) throws IOException {
    String redacted = patterns(escaped);
    if (redacted.indexOf('\\') < 0) {
      return redacted;
    }
    // An escape may hide a secret, or the word boundary before one: then nothing of it is kept.
    String plain = unescaped(redacted);
    return patterns(plain).equals(plain) ? redacted : REDACTED;
  }

  private static String unescaped(String literal) throws IOException {
    try (JsonParser parser = FACTORY.createParser(quoted(literal))) {
      parser.nextToken();
      return parser.getText();
    }
  }

  private static String quoted(String literal) {
    return '"' + literal + '"';
  }

  /** Text that is no JSON: what follows a secret key is replaced too, as far as it goes. */
  String text(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    Matcher matcher = KEY.matcher(text);
    while (matcher.find(copied)) {
      int end = matcher.end();
      if (keys.contain(matcher.group(1))) {
        int start = afterQuote(text, end);
        out.append(text, copied, start).append(REDACTED);
        end = endOfValue(text, end, start);
      } else {
        out.append(text, copied, end);
      }
      copied = end;
    }
    return patterns(out.append(text, copied, text.length()).toString());
  }

  private static int afterQuote(String text, int at) {
    int quote = text.startsWith("\\", at) ? at + 1 : at;
    return isQuote(text, quote) ? quote + 1 : at;
  }

  // A quoted value ends at its quote, another one at the end of its line at the latest.
  private static int endOfValue(String text, int begin, int start) {
    boolean quoted = start > begin;
    boolean escapes = start == begin + 1;
    char quote = quoted ? text.charAt(start - 1) : 0;
    int end = start;
    while (end < text.length()) {
      char c = text.charAt(end);
      if (quoted ? c == quote : "\r\n,;&}\"'".indexOf(c) >= 0) {
        return end;
      }
      end += escapes && c == '\\' ? 2 : 1;
    }
    return text.length();
  }

  private static boolean isQuote(String text, int at) {
    return text.startsWith("\"", at) || text.startsWith("'", at);
  }

  private static String patterns(String text) {
    String redacted = text.contains("eyJ") ? JWT.matcher(text).replaceAll(REDACTED) : text;
    if (redacted.indexOf('@') < 0) {
      return redacted;
    }
    redacted = USER_INFO.matcher(redacted).replaceAll(REDACTED + "@");
    return USER_AND_PASSWORD.matcher(redacted).replaceAll(REDACTED + "@");
  }
}
