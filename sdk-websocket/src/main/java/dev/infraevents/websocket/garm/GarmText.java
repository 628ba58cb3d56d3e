package dev.infraevents.websocket.garm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.infraevents.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts answers into their elements, each exactly as it was written. What does not have the expected
 * shape throws an {@link IOException}, whose message must not be shown: it may quote the input.
 */
final class GarmText {

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              // The data of a template is one string of any size; the whole answer is bounded.
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  /**
   * One page of a long list.
   *
   * @param results its elements
   * @param next the number of the page after it, or 0 if it is the last
   */
  record Page(List<Bytes> results, int next) {}

  private GarmText() {}

  /** The elements of an array; none of null, which GARM writes for some empty lists. */
  static List<Bytes> elements(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      List<Bytes> elements = elements(parser, text);
      expect(parser.nextToken() == null);
      return elements;
    }
  }

  /** A page object: its {@code results} and {@code next_page}. */
  static Page page(String text) throws IOException {
    List<Bytes> results = null;
    int next = 0;
    try (JsonParser parser = FACTORY.createParser(text)) {
      expect(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (key.equals("results")) {
          results = elements(parser, text);
        } else if (key.equals("next_page") && value == JsonToken.VALUE_NUMBER_INT) {
          next = parser.getIntValue();
        } else {
          parser.skipChildren();
        }
      }
      expect(parser.nextToken() == null);
    }
    if (results == null) {
      throw new IOException("no results");
    }
    return new Page(results, next);
  }

  private static List<Bytes> elements(JsonParser parser, String text) throws IOException {
    if (parser.hasToken(JsonToken.VALUE_NULL)) {
      return List.of();
    }
    expect(parser.hasToken(JsonToken.START_ARRAY));
    List<Bytes> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser.hasToken(JsonToken.START_OBJECT));
      int start = (int) parser.currentTokenLocation().getCharOffset();
      parser.skipChildren();
      int end = (int) parser.currentLocation().getCharOffset();
      elements.add(Bytes.ofUtf8(text.substring(start, end)));
    }
    return List.copyOf(elements);
  }

  private static void expect(boolean shape) throws IOException {
    if (!shape) {
      throw new IOException("not the expected JSON");
    }
  }
}
