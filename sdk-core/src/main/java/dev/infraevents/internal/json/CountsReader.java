package dev.infraevents.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import dev.infraevents.OpenEnum;
import dev.infraevents.WireName;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads an unmodifiable map from words to numbers: empty where it is not set.
 *
 * @param <E> the enum of the known words
 */
final class CountsReader<E extends Enum<E> & WireName>
    extends JsonDeserializer<Map<OpenEnum<E>, Long>> {

  private final Class<E> words;
  private final Scalars.Integer64 counts = new Scalars.Integer64();

  CountsReader(Class<E> words) {
    this.words = words;
  }

  @Override
  public Map<OpenEnum<E>, Long> deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    if (!parser.isExpectedStartObjectToken()) {
      throw WrongValueException.expected("an object", parser);
    }
    Map<OpenEnum<E>, Long> map = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      OpenEnum<E> word = OpenEnum.of(words, parser.currentName());
      parser.nextToken();
      map.put(word, counts.deserialize(parser, context));
    }
    return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(map);
  }

  @Override
  public Map<OpenEnum<E>, Long> getNullValue(DeserializationContext context) {
    return Map.of();
  }
}
