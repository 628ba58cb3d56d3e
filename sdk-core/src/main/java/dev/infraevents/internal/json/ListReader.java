package dev.infraevents.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads an unmodifiable list: empty where it is not set, and without the nulls in it. */
final class ListReader extends JsonDeserializer<List<?>> implements ContextualDeserializer {

  private final JavaType type;
  private final @Nullable JsonDeserializer<?> elements; // null until Jackson says where we are

  ListReader(JavaType type, @Nullable JsonDeserializer<?> elements) {
    this.type = type;
    this.elements = elements;
  }

  @Override
  public JsonDeserializer<?> createContextual(
      DeserializationContext context, @Nullable BeanProperty property) throws JsonMappingException {
    return new ListReader(type, context.findContextualValueDeserializer(type, property));
  }

  @Override
  public List<?> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    JsonDeserializer<?> reader = Objects.requireNonNull(elements, "Jackson did not say where");
    if (!parser.isExpectedStartArrayToken()) {
      throw WrongValueException.expected("an array", parser);
    }
    List<Object> list = new ArrayList<>();
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      if (!parser.hasToken(JsonToken.VALUE_NULL)) {
        list.add(element(reader, parser, context, i));
      }
    }
    return list.isEmpty() ? List.of() : Collections.unmodifiableList(list);
  }

  private static Object element(
      JsonDeserializer<?> elements, JsonParser parser, DeserializationContext context, int index)
      throws IOException {
    try {
      return elements.deserialize(parser, context);
    } catch (JsonMappingException e) {
      e.prependPath(List.class, index);
      throw e;
    }
  }

  @Override
  public List<?> getNullValue(DeserializationContext context) {
    return List.of();
  }
}
