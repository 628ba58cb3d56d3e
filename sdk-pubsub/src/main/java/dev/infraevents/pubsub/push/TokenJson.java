package dev.infraevents.pubsub.push;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the JSON objects of a token: one meaning each, or none. */
final class TokenJson {

  private static final int MAX_DEPTH = 8;
  private static final int MAX_NUMBER = 32;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names are chosen by whoever made the token: they are not to be remembered.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER)
                  .build())
          .build();

  /** Is told of each member, with the parser on its value. */
  @FunctionalInterface
  interface Members {
    void read(String name, JsonParser value) throws IOException;
  }

  private TokenJson() {}

  static void read(byte[] utf8, Members members) throws RefusedException {
    try (JsonParser parser = FACTORY.createParser(text(utf8))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RefusedException(RefusalReason.MALFORMED_TOKEN);
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        members.read(name, parser);
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw new RefusedException(RefusalReason.MALFORMED_TOKEN);
      }
    } catch (IOException malformed) {
      throw new RefusedException(RefusalReason.MALFORMED_TOKEN);
    }
  }

  /** The value if it is text, null for anything else. */
  static @Nullable String textOf(JsonParser value) throws IOException {
    return value.hasToken(JsonToken.VALUE_STRING) ? value.getText() : null;
  }

  // Not Jackson's own decoder: it guesses at UTF-16, and takes characters that UTF-8 writes
  // shorter.
  private static String text(byte[] utf8) throws CharacterCodingException {
    for (byte b : utf8) {
      if (b < 0) {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      }
    }
    return new String(utf8, StandardCharsets.ISO_8859_1);
  }
}
