package dev.infraevents.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one scalar, strictly: no number becomes a text and no text a number. Null and absent are
 * the same thing, "not set".
 *
 * @param <T> what is read
 */
abstract class ScalarReader<T> extends JsonDeserializer<T> {

  private final JsonToken token;
  private final String wanted;
  private final @Nullable T unset;

  ScalarReader(JsonToken token, String wanted, @Nullable T unset) {
    this.token = token;
    this.wanted = wanted;
    this.unset = unset;
  }

  /** Reads the current token, which is of the right JSON type. */
  abstract @Nullable T read(JsonParser parser) throws IOException;

  @Override
  public final @Nullable T deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    if (!parser.hasToken(token)) {
      throw WrongValueException.expected(wanted, parser);
    }
    return read(parser);
  }

  // Jackson asks this for absent fields too.
  @Override
  public final @Nullable T getNullValue(DeserializationContext context) {
    return unset;
  }
}
