package dev.infraevents.internal.json;

import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;

/** Reads an object that is part of others, where something stands for "not set". */
final class PartReader extends DelegatingDeserializer {

  private static final long serialVersionUID = 1L;

  private final transient Object empty; // no one serializes a reader

  PartReader(JsonDeserializer<?> reader, Object empty) {
    super(reader);
    this.empty = empty;
  }

  @Override
  protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> reader) {
    return new PartReader(reader, empty);
  }

  @Override
  public Object getNullValue(DeserializationContext context) {
    return empty;
  }

  @Override
  public Object getAbsentValue(DeserializationContext context) {
    return empty;
  }
}
