package dev.infraevents.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyName;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.ResolvableDeserializer;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a record. Jackson's own reader knows how its fields are called and read, but collects them
 * in a buffer and asks for each absent one what stands for it; here they go straight into the
 * arguments of the constructor, which are prepared.
 */
final class RecordReader extends JsonDeserializer<Object> implements ResolvableDeserializer {

  private final BeanDeserializerBase known;
  private final BeanDescription description;
  private final @Nullable Object empty;
  private final ValueInstantiator constructor;

  // All below by position of the component; set once, before Jackson hands this out.
  private String[] names = {};
  private JsonDeserializer<?>[] readers = {};
  private @Nullable Object[] unset = {};
  private Map<String, Integer> positions = Map.of();

  /**
   * Makes a reader.
   *
   * @param known what Jackson would read the record with
   * @param description the record
   * @param empty what stands for one that is not set, or null
   */
  RecordReader(BeanDeserializerBase known, BeanDescription description, @Nullable Object empty) {
    this.known = known;
    this.description = description;
    this.empty = empty;
    this.constructor = known.getValueInstantiator();
  }

  @Override
  public void resolve(DeserializationContext context) throws JsonMappingException {
    known.resolve(context);
    int count = constructor.getFromObjectArguments(context.getConfig()).length;
    names = new String[count];
    readers = new JsonDeserializer<?>[count];
    unset = new Object[count];
    Map<String, Integer> found = new HashMap<>();
    for (Iterator<SettableBeanProperty> all = known.creatorProperties(); all.hasNext(); ) {
      SettableBeanProperty component = all.next();
      int position = component.getCreatorIndex();
      names[position] = component.getName();
      readers[position] = component.getValueDeserializer();
      unset[position] = readers[position].getNullValue(context);
      found.put(names[position], position);
    }
    for (BeanPropertyDefinition component : description.findProperties()) {
      Integer position = found.get(component.getName());
      for (PropertyName alias : component.findAliases()) {
        found.put(alias.getSimpleName(), position);
      }
    }
    positions = Map.copyOf(found);
  }

  @Override
  public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    if (!parser.isExpectedStartObjectToken()) {
      throw WrongValueException.expected("an object", parser);
    }
    @Nullable Object[] values = unset.clone();
    int next = 0;
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      int position = position(key, next);
      JsonToken token = parser.nextToken();
      if (position < 0) {
        context.handleUnknownProperty(parser, this, handledType(), key);
        parser.skipChildren();
      } else {
        next = position + 1;
        values[position] =
            token == JsonToken.VALUE_NULL ? unset[position] : read(position, parser, context);
      }
    }
    return constructor.createFromObjectWith(context, values);
  }

  // The server writes its fields in the order in which the record has them, leaving some out.
  private int position(String key, int next) {
    if (next < names.length && names[next].equals(key)) {
      return next;
    }
    Integer position = positions.get(key);
    return position == null ? -1 : position;
  }

  private @Nullable Object read(int position, JsonParser parser, DeserializationContext context)
      throws IOException {
    try {
      return readers[position].deserialize(parser, context);
    } catch (JsonMappingException e) {
      e.prependPath(handledType(), names[position]);
      throw e;
    }
  }

  @Override
  public Class<?> handledType() {
    return known.handledType();
  }

  @Override
  public @Nullable Object getNullValue(DeserializationContext context) {
    return empty;
  }
}
